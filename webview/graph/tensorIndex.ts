import type { GraphReport } from '../../src/protocol/layerBodies';
import type { InitializerReport, LayerReport, ReportShape } from '../../src/protocol/modelReport';
import { describeInput } from './valueText';

/** What is known about a tensor by its name. */
export interface TensorEntry {
  readonly shape: ReportShape;
  readonly type: string | null;
  /** The layer that makes it; null for inputs and stored tensors. */
  readonly producer: LayerReport | null;
  readonly initializer: InitializerReport | null;
  /** What an input of a body is outside; absent where that is not to be told. */
  readonly note?: string;
  /** The layers that read it, in order of execution. */
  readonly readers: readonly LayerReport[];
}

export function toTensorIndex(report: GraphReport): ReadonlyMap<string, TensorEntry> {
  const index = new Map<string, TensorEntry>();
  const readers = new Map<string, LayerReport[]>();
  for (const layer of report.layers) {
    for (const name of new Set(layer.inputs)) {
      const known = readers.get(name);
      if (known === undefined) {
        readers.set(name, [layer]);
      } else {
        known.push(layer);
      }
    }
  }
  const readersOf = (name: string): readonly LayerReport[] => readers.get(name) ?? [];
  for (const { name, type, boundShape, outside } of report.inputs) {
    const note = outside?.source === 'outside' ? 'from outside' : outside && describeInput(outside);
    const entry = { shape: boundShape, type, producer: null, initializer: null, readers: readersOf(name) };
    index.set(name, note === undefined ? entry : { ...entry, note });
  }
  for (const layer of report.layers) {
    for (const { name, shape, type } of layer.outputs) {
      index.set(name, { shape, type, producer: layer, initializer: null, readers: readersOf(name) });
    }
  }
  for (const initializer of report.initializers) {
    const producer = index.get(initializer.name)?.producer ?? null;
    const { name, shape, type } = initializer;
    index.set(name, { shape, type, producer, initializer, readers: readersOf(name) });
  }
  return index;
}
