import type { InitializerReport, LayerReport, ModelReport, ReportShape } from '../../src/protocol/modelReport';

/** What is known about a tensor by its name. */
export interface TensorEntry {
  readonly shape: ReportShape;
  readonly type: string | null;
  /** The layer that makes it; null for inputs and stored tensors. */
  readonly producer: LayerReport | null;
  readonly initializer: InitializerReport | null;
}

export function toTensorIndex(report: ModelReport): ReadonlyMap<string, TensorEntry> {
  const index = new Map<string, TensorEntry>();
  for (const { name, type, boundShape } of report.inputs) {
    index.set(name, { shape: boundShape, type, producer: null, initializer: null });
  }
  for (const layer of report.layers) {
    for (const { name, shape, type } of layer.outputs) {
      index.set(name, { shape, type, producer: layer, initializer: null });
    }
  }
  for (const initializer of report.initializers) {
    const producer = index.get(initializer.name)?.producer ?? null;
    index.set(initializer.name, { shape: initializer.shape, type: initializer.type, producer, initializer });
  }
  return index;
}
