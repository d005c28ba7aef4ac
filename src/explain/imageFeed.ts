import { basename } from 'node:path';
import type { RunOptions } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import { bindAnalysis } from '../inspectModel';
import type { Tensor } from '../tensor/tensor';
import { UserError } from '../userError';

/** The image under the name of the model's input. */
export function toImageFeed(analysis: ModelAnalysis, tensor: Tensor): RunOptions['feeds'] {
  const batched = fillBatch(tensor, analysis);
  return { [findInput(analysis)]: { elementType: 'float32', dims: batched.shape, data: batched.data, isReused: true } };
}

/** The one input of the model; there is nothing to feed a second one with. */
export function findInput({ model }: ModelAnalysis): string {
  const [input, ...others] = model.graph.inputs;
  if (input === undefined || others.length > 0) {
    throw new UserError(
      'badInputTensor',
      `${basename(model.path)} has ${model.graph.inputs.length} inputs (${model.graph.inputs.map(({ name }) => name).join(', ')}); ` +
        'images can be explained for models with one.',
    );
  }
  return input.name;
}

/**
 * The same analysis when nothing but the batch differs, else one with the free dimensions bound to this input.
 * Throws UserError `badInputTensor` when the input does not fit what the model declares.
 */
export async function bindToInput(analysis: ModelAnalysis, shape: readonly number[]): Promise<ModelAnalysis> {
  const name = findInput(analysis);
  const bound = analysis.inferred.boundInputs.get(name);
  if (bound?.length === shape.length && bound.every((size, axis) => axis === 0 || size === shape[axis])) {
    return analysis;
  }
  try {
    return await bindAnalysis(analysis, { [name]: [bound?.[0] ?? 1, ...shape.slice(1)] });
  } catch (error) {
    const isMisfit = error instanceof UserError && error.code === 'badArgument';
    throw isMisfit ? new UserError('badInputTensor', error.message, { cause: error }) : error;
  }
}

/** Models exported with a fixed batch get the image in every place; the first answer is read. */
function fillBatch(tensor: Tensor, { model }: ModelAnalysis): Tensor {
  const batch = model.graph.inputs[0].shape?.[0];
  if (typeof batch !== 'number' || batch <= 1 || batch === tensor.shape[0]) {
    return tensor;
  }
  const data = new Float32Array(batch * tensor.data.length);
  for (let item = 0; item < batch; item++) {
    data.set(tensor.data, item * tensor.data.length);
  }
  return { data, shape: [batch, ...tensor.shape.slice(1)] };
}
