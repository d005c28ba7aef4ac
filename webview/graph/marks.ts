import type { GraphModel } from './graphModel';
import { hasHead, toHeadItems } from './head';
import { toVisibleItem } from './initialFold';
import type { FoundPath } from './pathSearch';
import type { ItemId } from './viewModel';

/** What is emphasised; ids of visible items. */
export interface Marks {
  readonly selected: ItemId | null;
  /** The selected layer of a box with several. */
  readonly selectedLayer: number | null;
  /** Boxes that match the search: how many layers in each. */
  readonly matches: ReadonlyMap<ItemId, number>;
  readonly head: ReadonlySet<ItemId>;
  /** Name of the tensor that the class activation map is computed from. */
  readonly featureMap: string | null;
  /** What the selected layers read and make; their edges are emphasised. */
  readonly tensors: ReadonlySet<string>;
  /** What lies between two items that the user has named; the rest steps back. */
  readonly path: { readonly items: ReadonlySet<ItemId>; readonly edges: ReadonlySet<string> } | null;
}

/** `found`: indices in the file of the layers that match the search. */
export function toMarks(
  { view, report }: Pick<GraphModel, 'view' | 'report'>,
  expanded: ReadonlySet<ItemId>,
  selection: { readonly item: ItemId | null; readonly layer: number | null },
  found: readonly number[],
  path: FoundPath | null = null,
): Marks {
  const matches = new Map<ItemId, number>();
  for (const index of found) {
    const item = toVisibleItem(view, expanded, view.itemOfLayer.get(index) ?? '');
    matches.set(item, (matches.get(item) ?? 0) + 1);
  }
  const head = hasHead(report) ? report.heads[0] : undefined;
  const selected = selection.item === null ? undefined : view.items.get(selection.item);
  const layers = selected?.kind === 'layers' ? selected.layers : [];
  return {
    selected: selection.item,
    selectedLayer: selection.layer,
    matches,
    head: toHeadItems(view, expanded, head),
    featureMap: head?.featureMap ?? null,
    path: path && {
      items: new Set([...path.items].map((item) => toVisibleItem(view, expanded, item))),
      edges: path.edges,
    },
    tensors: new Set(layers.flatMap(({ inputs, outputs }) => [...inputs, ...outputs.map(({ name }) => name)])),
  };
}

/** What can be done with what is drawn. */
export interface PictureActions {
  /** `isSecond`: of two, whose path is wanted. */
  select(item: ItemId, layer: number | null, isSecond: boolean): void;
  toggle(item: ItemId): void;
  /** Makes a block the whole picture, or what a layer runs inside. */
  enter(item: ItemId): void;
}

/** Id of an item's element, for aria-activedescendant. */
export function toElementId(item: ItemId): string {
  return `item-${item.replace(/[^\w-]/g, (character) => `_${character.codePointAt(0)?.toString(16) ?? ''}`)}`;
}
