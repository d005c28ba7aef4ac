import { createHash } from 'node:crypto';
import { computeSizeBytes } from '../graph/elementTypes';
import type { Model, TensorInfo } from '../graph/model';
import { readPayloadBytes } from '../onnx/payloadBytes';
import { readTensor } from '../onnx/readTensor';
import type { WeightVerdict } from '../protocol/comparison';
import type { ErrorCode } from '../userError';
import { UserError } from '../userError';
import type { TensorPair } from './pairWeights';

export interface CompareWeightsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the share of the bytes that are hashed, 0…1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** These concern one tensor: the others can still be compared. */
const UNREADABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'externalDataMissing',
  'truncated',
  'unsupportedTensor',
  'fileNotFound',
]);

/**
 * Compares stored tensors by SHA-256 of their elements in ONNX's raw layout, whatever field or file holds them. Each
 * tensor is read once, a megabyte at a time, so that memory stays flat. Pairs with a verdict keep it; other types or
 * dimensions never have equal elements. Throws UserError `cancelled`, `fileChanged`.
 */
export async function compareWeights(
  models: { readonly a: Model; readonly b: Model },
  pairs: readonly TensorPair[],
  verdicts: readonly WeightVerdict[],
  { signal, onProgress }: CompareWeightsOptions = {},
): Promise<WeightVerdict[]> {
  const open = pairs.filter((_, index) => verdicts[index] === 'unknown');
  const total = open.reduce((sum, { a, b }) => sum + sizeOf(a) + sizeOf(b), 0);
  let done = 0;
  const advance = (bytes: number): void => {
    done += bytes;
    onProgress?.(total === 0 ? 1 : Math.min(1, done / total));
  };
  const hashes = new Map<TensorInfo, Promise<string | null>>();
  const hashOf = (model: Model, tensor: TensorInfo): Promise<string | null> => {
    const known = hashes.get(tensor) ?? hashTensor(model, tensor, signal, advance);
    hashes.set(tensor, known);
    return known;
  };
  const compared: WeightVerdict[] = [];
  for (const [index, { a, b }] of pairs.entries()) {
    if (verdicts[index] !== 'unknown') {
      compared.push(verdicts[index]);
      continue;
    }
    const [one, other] = [await hashOf(models.a, a), await hashOf(models.b, b)];
    compared.push(one === null || other === null ? 'unreadable' : one === other ? 'equal' : 'different');
  }
  return compared;
}

/** null: the elements cannot be read. */
async function hashTensor(
  model: Model,
  tensor: TensorInfo,
  signal: AbortSignal | undefined,
  advance: (bytes: number) => void,
): Promise<string | null> {
  const hash = createHash('sha256');
  let length = 0;
  try {
    if (tensor.elementType === 'string') {
      const { data } = await readTensor(model, tensor, { signal });
      return hash.update(JSON.stringify(data)).digest('hex');
    }
    for await (const bytes of readPayloadBytes(model, tensor, signal)) {
      hash.update(bytes);
      length += bytes.byteLength;
      advance(bytes.byteLength);
    }
  } catch (error) {
    if (error instanceof UserError && UNREADABLE.has(error.code)) {
      return null;
    }
    throw error;
  }
  return length === sizeOf(tensor) ? hash.digest('hex') : null;
}

function sizeOf({ elementType, dims }: TensorInfo): number {
  return (
    computeSizeBytes(
      elementType,
      dims.reduce((count, size) => count * size, 1),
    ) ?? 0
  );
}
