import { basename } from 'node:path';
import type { PreparedInput } from '../image/prepareInput';
import type { Tensor } from '../tensor/tensor';
import { computeElementCount } from '../tensor/tensor';
import { UserError } from '../userError';
import type { ImageReader } from './imageReader';
import type { ImagesResult, InferenceRequests, RunResult, TensorValue } from './messages';

type Run = (feeds: Readonly<Record<string, TensorValue>>) => Promise<RunResult>;

/** Reads images, runs the model on all that can be read at once, and begins to read those that come next meanwhile. */
export async function runImages(
  request: InferenceRequests['runImages']['params'],
  reader: ImageReader,
  run: Run,
): Promise<ImagesResult> {
  const { images, next, preprocessing, input, feeds, wantsPictures } = request;
  const prepared = (await reader.read(images, next, preprocessing)).map((one, index) =>
    one instanceof UserError ? one : checkShape(one, input.shape, basename(images[index])),
  );
  const readable = prepared.filter((one): one is PreparedInput => !(one instanceof UserError));
  const batch = fillBatch(
    readable.map(({ tensor }) => tensor),
    input,
  );
  return {
    images: prepared.map((one) => {
      if (one instanceof UserError) {
        return { ok: false, code: one.code, message: one.message };
      }
      return { ok: true, placement: one.placement, picture: wantsPictures ? one.picture : null };
    }),
    run: batch === null ? null : await run({ ...feeds, [input.name]: batch }),
  };
}

/** One image of another size cannot join a batch. */
function checkShape(prepared: PreparedInput, shape: readonly number[], name: string): PreparedInput | UserError {
  const found = prepared.tensor.shape;
  if (found.length === shape.length && found.every((size, axis) => size === shape[axis])) {
    return prepared;
  }
  const sizes = `the shape [${found.join(', ')}]; this run takes [${shape.join(', ')}]`;
  const message = `${name} has ${sizes}. Give images of another size by themselves.`;
  return new UserError('badInputTensor', message);
}

/** Images one after the other along the batch axis; a model with a fixed batch gets the first image in what is left. */
function fillBatch(
  tensors: readonly Tensor[],
  input: { readonly shape: readonly number[]; readonly batch: number | null },
) {
  if (tensors.length === 0) {
    return null;
  }
  const batch = input.batch ?? tensors.length;
  const size = computeElementCount(input.shape);
  const data = new Float32Array(batch * size);
  for (let item = 0; item < batch; item++) {
    data.set((tensors[item] ?? tensors[0]).data, item * size);
  }
  return { elementType: 'float32', dims: [batch, ...input.shape.slice(1)], data } as const;
}
