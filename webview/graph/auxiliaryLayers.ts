import type { LayerReport } from '../../src/protocol/modelReport';

/** Draw their values from nowhere but are no constants. */
const GENERATORS = new Set(['RandomNormal', 'RandomUniform', 'RandomNormalLike', 'RandomUniformLike', 'Bernoulli']);
const SHAPE_READERS = new Set(['Shape', 'Size']);

/** Which layers carry no data of the input, and which tensors they and the initializers provide. */
export interface Auxiliaries {
  /** Indices in the file. */
  readonly layers: ReadonlySet<number>;
  /** Initializers and outputs of auxiliary layers. */
  readonly tensors: ReadonlySet<string>;
}

/**
 * Layers that only make constants (Constant, ConstantOfShape weights, dequantised weights) or compute shapes (Shape,
 * Gather, Concat before a Reshape). They are part of what their reader does, and drawn they would bury the network.
 * `layers` is in topological order.
 */
export function findAuxiliaries(
  layers: readonly LayerReport[],
  initializers: Iterable<string>,
  graphOutputs: ReadonlySet<string>,
): Auxiliaries {
  const tensors = new Set(initializers);
  const auxiliary = new Set<number>();
  for (const layer of layers) {
    const isConstant = layer.inputs.every((name) => name === '' || tensors.has(name));
    const isOutput = layer.outputs.some(({ name }) => graphOutputs.has(name));
    if (!isOutput && (SHAPE_READERS.has(layer.opType) || (isConstant && !GENERATORS.has(layer.opType)))) {
      auxiliary.add(layer.index);
      for (const { name } of layer.outputs) {
        tensors.add(name);
      }
    }
  }
  return { layers: auxiliary, tensors };
}

/** For each auxiliary layer the first drawn layer that (directly or through other auxiliaries) reads it. */
export function findReaders(layers: readonly LayerReport[], auxiliaries: Auxiliaries): ReadonlyMap<number, number> {
  /** Of auxiliary tensors. */
  const producers = new Map<string, LayerReport>();
  for (const layer of layers) {
    if (auxiliaries.layers.has(layer.index)) {
      layer.outputs.forEach(({ name }) => producers.set(name, layer));
    }
  }
  const readers = new Map<number, number>();
  const assign = (layer: LayerReport, reader: number): void => {
    for (const name of layer.inputs) {
      const producer = producers.get(name);
      if (producer !== undefined && !readers.has(producer.index)) {
        readers.set(producer.index, reader);
        assign(producer, reader);
      }
    }
  };
  for (const layer of layers) {
    if (!auxiliaries.layers.has(layer.index)) {
      assign(layer, layer.index);
    }
  }
  return readers;
}
