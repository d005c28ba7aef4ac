import { decodeInlineTensor } from '../graph/inlineTensor';
import type { GraphNode, Model } from '../graph/model';
import type { ImageInput } from './imageInput';
import type { Finding } from './metadataPreprocessing';

/** y = gain·x + offset, one entry per channel or one for all. */
interface Affine {
  readonly gain: readonly number[];
  readonly offset: readonly number[];
  /** Operator types that were followed. */
  readonly operators: readonly string[];
}

/**
 * What the first operators reveal: models that normalise their own input (constants subtracted, divided, a batch
 * normalisation before any convolution) or take 8-bit integers want pixels as they are. Whether in 0…255 or 0…1 shows
 * in the constants: an input of 0…255 ends up within a few units of 0. Null when the graph says nothing.
 */
export function readGraphPreprocessing(model: Model, input: ImageInput): Finding | null {
  if (input.elementType === 'uint8') {
    return { fields: { preset: 'zero-to-255' }, note: `The model takes 8-bit pixels (${input.name} is uint8).` };
  }
  const affine = followAffine(model, input);
  if (affine.operators.length === 0) {
    return null;
  }
  const wantsBytes = takesBytes(affine);
  return {
    fields: { preset: wantsBytes ? 'zero-to-255' : 'zero-to-one' },
    note:
      `The model normalises its input itself (${affine.operators.join(', ')} at its start), ` +
      `so pixels go in as ${wantsBytes ? '0…255' : '0…1'}.`,
  };
}

/** The input that is mapped to 0 tells the range, where there is one; else the spread that 255 grey levels would have. */
function takesBytes({ gain, offset }: Affine): boolean {
  const centers = gain.map((factor, channel) => Math.abs((offset[channel] ?? offset[0]) / factor));
  const center = Math.max(...centers);
  return center > 0.01 ? center > 2 : Math.max(...gain.map(Math.abs)) * 255 <= 20;
}

function followAffine(model: Model, input: ImageInput): Affine {
  let affine: Affine = { gain: [1], offset: [0], operators: [] };
  let name = input.name;
  for (;;) {
    const consumers = model.graph.nodes.filter(({ inputs }) => inputs.includes(name));
    const [node] = consumers;
    const step = consumers.length === 1 ? readStep(node, name, model) : null;
    if (step === null) {
      return affine;
    }
    affine = compose(affine, step);
    name = node.outputs[0];
  }
}

/** Null for the first operator that is not element-wise with a constant. */
function readStep(node: GraphNode, name: string, model: Model): Affine | null {
  if (['Identity', 'Cast', 'Transpose'].includes(node.opType)) {
    return { gain: [1], offset: [0], operators: [] };
  }
  if (node.opType === 'BatchNormalization' && node.inputs[0] === name) {
    return readBatchNormalization(node, model);
  }
  if (!['Add', 'Sub', 'Mul', 'Div'].includes(node.opType)) {
    return null;
  }
  const isFirst = node.inputs[0] === name;
  const constant = readConstant(isFirst ? node.inputs[1] : node.inputs[0], model);
  if (constant === null || (node.opType === 'Div' && !isFirst)) {
    return null;
  }
  const operators = [node.opType];
  switch (node.opType) {
    case 'Add':
      return { gain: [1], offset: constant, operators };
    case 'Sub':
      return isFirst
        ? { gain: [1], offset: constant.map((value) => -value), operators }
        : { gain: [-1], offset: constant, operators };
    case 'Mul':
      return { gain: constant, offset: [0], operators };
    default:
      return { gain: constant.map((value) => 1 / value), offset: [0], operators };
  }
}

function readBatchNormalization(node: GraphNode, model: Model): Affine | null {
  const [scale, bias, mean, variance] = node.inputs.slice(1).map((name) => readConstant(name, model));
  const epsilon = node.attributes.get('epsilon');
  const floor = epsilon?.type === 'float' ? epsilon.value : 1e-5;
  if (!scale || !bias || !mean || !variance) {
    return null;
  }
  const gain = scale.map((factor, channel) => factor / Math.sqrt(variance[channel] + floor));
  return {
    gain,
    offset: bias.map((value, channel) => value - gain[channel] * mean[channel]),
    operators: [node.opType],
  };
}

function compose(inner: Affine, outer: Affine): Affine {
  const length = Math.max(...[inner, outer].flatMap(({ gain, offset }) => [gain.length, offset.length]));
  const at = (values: readonly number[], channel: number): number => values[channel] ?? values[0];
  const channels = Array.from({ length }, (_, channel) => channel);
  return {
    gain: channels.map((channel) => at(inner.gain, channel) * at(outer.gain, channel)),
    offset: channels.map((channel) => at(inner.offset, channel) * at(outer.gain, channel) + at(outer.offset, channel)),
    operators: [...inner.operators, ...outer.operators],
  };
}

/** One value for all channels, or one per channel (1 to 4 of them); anything else is not a normalisation. */
function readConstant(name: string, { graph }: Model): number[] | null {
  const stored = graph.initializers.get(name);
  const attribute = graph.nodes
    .find(({ opType, outputs }) => opType === 'Constant' && outputs[0] === name)
    ?.attributes.get('value');
  const tensor = stored ?? (attribute?.type === 'tensor' ? attribute.value : undefined);
  const values = tensor === undefined ? null : decodeInlineTensor(tensor);
  return values !== null && values.length >= 1 && values.length <= 4 ? values : null;
}
