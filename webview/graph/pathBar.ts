import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { FoundPath } from './pathSearch';
import type { GraphView, ItemId } from './viewModel';

/** Of a path that the user looks for between two items. */
export type PathState =
  | { readonly status: 'none' }
  /** The first item is chosen; the next one that is selected is the other. */
  | { readonly status: 'choosing'; readonly from: ItemId }
  | { readonly status: 'missing'; readonly from: ItemId; readonly to: ItemId }
  | { readonly status: 'found'; readonly path: FoundPath };

export const NO_PATH: PathState = { status: 'none' };

/** Says what path is shown or what to do to get one. */
export function pathBarTemplate(view: GraphView, state: PathState, clear: () => void): TemplateResult | typeof nothing {
  if (state.status === 'none') {
    return nothing;
  }
  return html`<div class="graph-path">
    <span role="status">${describePath(view, state)}</span>
    <button class="text-button" title="Show everything again (Escape)" @click=${clear}>Clear</button>
  </div>`;
}

function describePath(view: GraphView, state: Exclude<PathState, { status: 'none' }>): string {
  const name = (id: ItemId): string => toName(view, id);
  switch (state.status) {
    case 'choosing':
      return `Path from ${name(state.from)}: select where it ends`;
    case 'missing':
      return `No data flows between ${name(state.from)} and ${name(state.to)}`;
    case 'found': {
      const { from, to, layers, shortest } = state.path;
      const steps = shortest === 1 ? '1 edge' : `${shortest} edges`;
      return `${name(from)} → ${name(to)}: ${layers} ${layers === 1 ? 'layer' : 'layers'} on all ways, ${steps} on the shortest`;
    }
  }
}

function toName(view: GraphView, id: ItemId): string {
  const item = view.items.get(id);
  return item === undefined ? id : item.kind === 'value' ? item.value.name : item.label;
}
