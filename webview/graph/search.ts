import type { GraphReport } from '../../src/protocol/layerBodies';
import type { AttributeReport, LayerReport } from '../../src/protocol/modelReport';
import { toShapeMatch } from './shapeMatch';
import type { GraphView } from './viewModel';

type Shapes = ReadonlyMap<string, readonly (number | string | null)[]>;
type Term = (layer: LayerReport, text: string, stored: Shapes) => boolean;

/**
 * Indices in the file of the layers that every word of the query fits, in topological order. A word is a part of the
 * name, operator or a tensor's name; `kernel_shape=3` an attribute; `1×32×112×112` or `112x112` a shape (or a part of
 * it) of what is made or stored. Layers that are not drawn count through the layer that reads them.
 */
export function searchLayers(report: GraphReport, view: GraphView, query: string): number[] {
  const terms = query.toLowerCase().split(/\s+/).filter(Boolean).map(toTerm);
  if (terms.length === 0) {
    return [];
  }
  const stored: Shapes = new Map(report.initializers.map(({ name, shape }) => [name, shape]));
  const found = new Set<number>();
  for (const layer of report.layers) {
    const text = toSearchText(layer);
    if (terms.every((term) => term(layer, text, stored))) {
      const drawn = view.readerOfAuxiliary.get(layer.index) ?? layer.index;
      if (view.itemOfLayer.has(drawn)) {
        found.add(drawn);
      }
    }
  }
  return [...found];
}

function toTerm(word: string): Term {
  const attribute = /^([a-z_]\w*)=(.*)$/.exec(word);
  if (attribute !== null) {
    const [, name, value] = attribute;
    return ({ attributes }) => attributes.some((one) => one.name.toLowerCase() === name && hasValue(one, value));
  }
  const isShape = toShapeMatch(word);
  return (layer, text, stored) =>
    text.includes(word) ||
    (isShape !== null &&
      (layer.outputs.some(({ shape }) => shape !== null && isShape(shape)) ||
        layer.inputs.some((name) => isShape(stored.get(name) ?? []))));
}

/** `3` fits 3 and [3, 3]; `3,5` and `3×5` fit [3, 5]; nothing fits any value; text is compared as it begins. */
function hasValue({ text }: AttributeReport, wanted: string): boolean {
  const value = text.toLowerCase().replace(/[[\]"'\s]/g, '');
  const elements = value.split(',');
  const isNumeric = /^[\d.,x×-]+$/.test(wanted);
  if (!isNumeric) {
    return value.startsWith(wanted);
  }
  return value === wanted.replace(/[x×]/g, ',') || elements.every((element) => element === wanted);
}

const texts = new WeakMap<LayerReport, string>();

function toSearchText(layer: LayerReport): string {
  let text = texts.get(layer);
  if (text === undefined) {
    const { name, opType, domain, inputs, outputs } = layer;
    text = [name, opType, domain, ...inputs, ...outputs.map((output) => output.name)].join('\n').toLowerCase();
    texts.set(layer, text);
  }
  return text;
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
