import type { GraphIndex } from '../graph/graphIndex';
import type { GraphNode, Model, TensorInfo } from '../graph/model';

/** Passes its first input on: the stored tensor behind it is what the layer reads. */
const PASSES_ON = new Set(['DequantizeLinear', 'Identity', 'Cast']);
/** Longer chains of such nodes do not occur. */
const MOST_STEPS = 4;

/** The tensor of the file that a value holds: an initializer, a constant, or one of them dequantized or cast. */
export function findStored(
  { model, producerOf }: { readonly model: Model; readonly producerOf: GraphIndex['producerOf'] },
  value: string,
): TensorInfo | null {
  const { initializers, sparseInitializers } = model.graph;
  let name = value;
  for (let step = 0; step <= MOST_STEPS; step++) {
    const initializer = initializers.get(name) ?? sparseInitializers.get(name)?.values;
    if (initializer !== undefined) {
      return initializer;
    }
    const producer = producerOf.get(name);
    if (producer?.opType === 'Constant') {
      return readConstant(producer);
    }
    if (producer === undefined || !PASSES_ON.has(producer.opType)) {
      return null;
    }
    name = producer.inputs[0] ?? '';
  }
  return null;
}

/** The tensor in a Constant node; null for constants given as numbers, which are attributes like any other. */
export function readConstant(node: GraphNode): TensorInfo | null {
  const value = node.attributes.get('value');
  return value?.type === 'tensor' ? value.value : null;
}
