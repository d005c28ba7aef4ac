import type { LayerReport, ModelReport } from '../../src/protocol/modelReport';
import type { GraphView } from './viewModel';

/**
 * Indices in the file of the layers whose name, operator or tensors contain every word of the query, in topological
 * order. Layers that are not drawn count through the layer that reads them.
 */
export function searchLayers(report: ModelReport, view: GraphView, query: string): number[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) {
    return [];
  }
  const found = new Set<number>();
  for (const layer of report.layers) {
    const text = toSearchText(layer);
    if (words.every((word) => text.includes(word))) {
      const drawn = view.readerOfAuxiliary.get(layer.index) ?? layer.index;
      if (view.itemOfLayer.has(drawn)) {
        found.add(drawn);
      }
    }
  }
  return [...found];
}

function toSearchText({ name, opType, domain, inputs, outputs }: LayerReport): string {
  return [name, opType, domain, ...inputs, ...outputs.map((output) => output.name)].join('\n').toLowerCase();
}

/** What is searched for and where the user is among the matches. */
export interface SearchState {
  readonly query: string;
  /** Indices in the file of the matching layers, in topological order. */
  readonly found: readonly number[];
  /** Of the current match; -1 before the first step. */
  readonly position: number;
}

export const NO_SEARCH: SearchState = { query: '', found: [], position: -1 };

/** The next (1) or previous (-1) match, round at the ends. */
export function toNextMatch(search: SearchState, step: 1 | -1): SearchState {
  const { found, position } = search;
  if (found.length === 0) {
    return search;
  }
  const start = position === -1 && step === -1 ? 0 : position;
  return { ...search, position: (start + step + found.length) % found.length };
}
