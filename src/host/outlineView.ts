import * as vscode from 'vscode';
import type { OutlineItem } from '../protocol/messages';
import type { Outlines } from './outlines';

const VIEW = 'headlight.outline';
const REVEAL = 'headlight.revealInGraph';
const ICONS: Readonly<Record<OutlineItem['kind'], string>> = {
  block: 'symbol-namespace',
  layer: 'symbol-method',
  value: 'symbol-variable',
};

/** The tree of blocks and layers in the explorer: a click shows the item in the graph, and the graph's selection here. */
export function registerOutlineView(outlines: Outlines): vscode.Disposable {
  const provider = new OutlineTree(outlines);
  const view = vscode.window.createTreeView(VIEW, { treeDataProvider: provider, showCollapseAll: true });
  const reveal = (id: string | null): void => {
    const item = id === null ? undefined : provider.find(id);
    if (item !== undefined && view.visible && view.selection[0]?.id !== id) {
      // Rejects when the tree has changed meanwhile: there is nothing to reveal then.
      view.reveal(item, { select: true, focus: false }).then(undefined, () => undefined);
    }
  };
  return vscode.Disposable.from(
    view,
    provider,
    outlines.onDidSelect(reveal),
    view.onDidChangeVisibility(() => reveal(outlines.shown?.selected ?? null)),
    vscode.commands.registerCommand(REVEAL, (item: string) =>
      outlines.shown?.document.pages.send({ type: 'itemRequested', item }),
    ),
  );
}

class OutlineTree implements vscode.TreeDataProvider<OutlineItem> {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  /** Of the outline that is shown; made when something is looked for. */
  #index: { readonly items: Map<string, OutlineItem>; readonly parents: Map<string, OutlineItem> } | null = null;

  constructor(private readonly outlines: Outlines) {
    this.#subscription = outlines.onDidChange(() => {
      this.#index = null;
      this.#changed.fire(undefined);
    });
  }

  find(id: string): OutlineItem | undefined {
    return this.#indexed().items.get(id);
  }

  getChildren(item?: OutlineItem): readonly OutlineItem[] & OutlineItem[] {
    return [...(item?.children ?? this.outlines.shown?.items ?? [])];
  }

  getParent({ id }: OutlineItem): OutlineItem | undefined {
    return this.#indexed().parents.get(id);
  }

  getTreeItem({ id, label, detail, kind }: OutlineItem): vscode.TreeItem {
    const { Collapsed, None } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(label, kind === 'block' ? Collapsed : None);
    // The same id in another model is another item: it must not inherit what was expanded.
    item.id = `${this.outlines.shown?.document.uri.toString() ?? ''}#${id}`;
    item.description = detail;
    item.tooltip = `${label} ${detail}`;
    item.iconPath = new vscode.ThemeIcon(ICONS[kind]);
    item.command = { command: REVEAL, title: vscode.l10n.t('Show in Graph'), arguments: [id] };
    return item;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  #indexed() {
    if (this.#index === null) {
      const items = new Map<string, OutlineItem>();
      const parents = new Map<string, OutlineItem>();
      const add = (item: OutlineItem): void => {
        items.set(item.id, item);
        for (const child of item.children) {
          parents.set(child.id, item);
          add(child);
        }
      };
      this.outlines.shown?.items.forEach(add);
      this.#index = { items, parents };
    }
    return this.#index;
  }
}
