import { computeParameters } from '../analysis/parameters';
import type { TensorInfo } from '../graph/model';
import type { ModelAnalysis } from '../inspectModel';
import type { EmittedTensor } from '../onnx/graphExtension';
import { readPayloadBytes } from '../onnx/payloadBytes';
import type { Pause } from '../tensor/pause';
import { createPause } from '../tensor/pause';
import { createRandom } from './random';

/** Between two looks at the clock. */
const ELEMENTS_AT_ONCE = 1 << 15;

/** Stored weights by the layer that uses them first, the layer nearest to the output first. */
export function listWeightedLayers({ model, inferred, index }: ModelAnalysis): readonly (readonly TensorInfo[])[] {
  const position = new Map(index.order.map((node, order) => [node, order]));
  const layers = new Map<number, TensorInfo[]>();
  for (const { name, role, firstUser } of computeParameters(model, inferred, index).tensors) {
    const tensor = model.graph.initializers.get(name);
    const at = firstUser === null ? undefined : position.get(firstUser);
    if (role === 'parameter' && tensor !== undefined && at !== undefined) {
      layers.set(at, [...(layers.get(at) ?? []), tensor]);
    }
  }
  return [...layers].sort(([one], [other]) => other - one).map(([, tensors]) => tensors);
}

/**
 * A tensor with its elements in random order (Fisher and Yates), the same for a seed and a name: elements of less than a
 * byte move in whole bytes. Reads the tensor as a whole.
 */
export async function shuffleTensor(
  { model }: ModelAnalysis,
  tensor: TensorInfo,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<EmittedTensor> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readPayloadBytes(model, tensor, signal)) {
    pieces.push(piece.slice());
  }
  const data = new Uint8Array(Buffer.concat(pieces));
  const count = tensor.dims.reduce((product, size) => product * size, 1);
  const size = Math.max(1, Math.floor(data.length / Math.max(1, count)));
  await shuffleElements(data, size, createRandom(hash(tensor.name) ^ seed), createPause(signal));
  return { name: tensor.name, elementType: tensor.elementType, dims: tensor.dims, data };
}

async function shuffleElements(data: Uint8Array, size: number, random: () => number, pause: Pause): Promise<void> {
  for (let last = Math.floor(data.length / size) - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    for (let byte = 0; byte < size; byte++) {
      const [a, b] = [last * size + byte, other * size + byte];
      [data[a], data[b]] = [data[b], data[a]];
    }
    if (last % ELEMENTS_AT_ONCE === 0) {
      await pause();
    }
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  return [...Buffer.from(text)].reduce((state, byte) => Math.imul(state ^ byte, 0x01000193), 0x811c9dc5);
}
