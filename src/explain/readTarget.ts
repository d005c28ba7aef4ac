import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Target } from '../cam/target';
import { listEmbeddings } from '../cam/target';
import { listTargetOffers } from '../cam/targetOffers';
import type { TargetSpec } from '../cam/targetSpec';
import { readItem } from '../cam/readLayerMap';
import type { Explainer } from './explainer';
import { bindToInput, toImageFeed } from './imageFeed';
import { prepareInput } from './prepareInput';
import { isInputTensor } from '../image/inputTensor';
import type { ModelAnalysis } from '../inspectModel';
import { listExternalFiles } from '../onnx/externalData';
import { readMaskWeights } from '../image/maskWeights';
import { emitThinModel } from '../onnx/emitModel';
import type { Preprocessing } from '../protocol/preprocessing';
import { readNpy } from '../tensor/npy';
import type { Tensor } from '../tensor/tensor';
import { UserError } from '../userError';

/**
 * Reads what a target needs from files: a mask, a stored embedding, or the embedding of another image, for which the
 * model is run once.
 * Throws UserError `fileNotFound`, `badArgument`, and those of reading an image and running the model.
 */
export async function readTarget(
  explainer: Explainer,
  spec: Exclude<TargetSpec, { readonly kind: 'class' }>,
  preprocessing: Preprocessing | null,
  signal?: AbortSignal,
): Promise<Target> {
  switch (spec.kind) {
    case 'elements':
    case 'box':
      return spec;
    case 'mask':
      return isInputTensor(spec.file) ? readMask(spec) : readPngMask(explainer, spec, preprocessing);
    case 'similarity': {
      const { kind, output, file } = spec;
      if (isInputTensor(file)) {
        return { kind, output, reference: (await readArray(file)).data };
      }
      return { kind, ...(await computeEmbedding(explainer, output, file, preprocessing, signal)) };
    }
  }
}

/** A picture is laid over the model's input; it has the size of the images, not that of the output. */
async function readPngMask(
  { analysis }: Explainer,
  { kind, output, channel, file }: Extract<TargetSpec, { readonly kind: 'mask' }>,
  preprocessing: Preprocessing | null,
): Promise<Target> {
  const { model, index, inferred, heads } = analysis;
  const { outputs } = listTargetOffers(model, index, inferred, heads[0], null);
  const grid = outputs.find(({ name }) => name === output)?.grid ?? null;
  if (grid === null) {
    const spatial = outputs.flatMap((each) => (each.grid === null ? [] : [`"${each.name}"`])).join(', ') || 'none';
    throw new UserError(
      'badArgument',
      `"${output}" is no output with rows and columns, so ${basename(file)} cannot be laid over it. There is: ${spatial}.`,
    );
  }
  const { rows, columns } = grid;
  const bytes = await readBytes(file);
  return {
    kind,
    output,
    channel,
    weights: readMaskWeights(bytes, basename(file), preprocessing, rows, columns),
    rows,
    columns,
  };
}

async function readMask({
  kind,
  output,
  channel,
  file,
}: Extract<TargetSpec, { readonly kind: 'mask' }>): Promise<Target> {
  const { data, shape } = await readArray(file);
  if (shape.length !== 2) {
    throw new UserError(
      'badArgument',
      `${basename(file)} has the shape [${shape.join(', ')}], but a mask is [rows, columns], as large as the output.`,
    );
  }
  return { kind, output, channel, weights: data, rows: shape[0], columns: shape[1] };
}

async function readArray(file: string): Promise<Tensor> {
  return readNpy(await readBytes(file), basename(file));
}

function readBytes(file: string): Promise<Uint8Array> {
  return readFile(file).catch((error: unknown) => {
    throw new UserError('fileNotFound', `${file} cannot be read. Does it exist?`, { cause: error });
  });
}

/** One run of the user's model with the embedding as a further output. */
async function computeEmbedding(
  { analysis, client }: Explainer,
  wanted: string | null,
  file: string,
  preprocessing: Preprocessing | null,
  signal: AbortSignal | undefined,
): Promise<{ readonly output: string; readonly reference: Float32Array }> {
  const input = await prepareInput(client, resolve(file), preprocessing, signal);
  const bound = await bindToInput(analysis, input.tensor.shape);
  const output = findEmbedding(bound, wanted);
  const { model } = bound;
  const isOutput = model.graph.outputs.some(({ name }) => name === output);
  const value = { name: output, elementType: 'float32', shape: null } as const;
  const extension = { nodes: [], initializers: [], inputs: [], outputs: isOutput ? [] : [value] };
  const stamp = { sizeBytes: model.sizeBytes, modifiedMs: model.modifiedMs };
  const source = { path: model.path, bytes: await emitThinModel(model, extension), stamp };
  const handle = await client.loadModel({ ...source, externalFiles: listExternalFiles(model) }, { signal });
  try {
    const { outputs } = await client.run(handle, {
      feeds: toImageFeed(bound, input.tensor),
      fetches: [output],
      signal,
    });
    return { output, reference: readItem(outputs[output], 0) };
  } finally {
    await client.releaseModel(handle);
  }
}

function findEmbedding({ model, inferred, heads }: ModelAnalysis, wanted: string | null): string {
  const [output = null] = wanted === null ? listEmbeddings({ model, inferred, head: heads[0] }) : [wanted];
  if (output === null || !inferred.facts.has(output)) {
    const names = model.graph.outputs.map(({ name }) => `"${name}"`).join(', ');
    throw new UserError(
      'badArgument',
      `The embedding "${output ?? ''}" is no value of the model. Name one: similarity:NAME,FILE. Outputs are ${names}.`,
    );
  }
  return output;
}
