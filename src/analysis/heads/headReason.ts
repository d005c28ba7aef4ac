import type { HeadKind } from '../../protocol/modelReport';
import type { OpaqueStep, Reading } from './headDescription';

/** Sentences that tell the user where exactness ends, or why there is no head. */
export const NO_REASON = {
  positions: (output: string, shape: readonly number[]) =>
    `The output "${output}" has one score per position (shape ${shape.join('×')}), so no pooling or flattening joins the positions into one score per class.`,
  noMap: (output: string) =>
    `No map with positions leads to the output "${output}": the model has vectors all the way, so there is nothing to locate.`,
  several: (maps: readonly string[]) =>
    maps.length === 1
      ? `The scores also depend on the model's inputs past the feature map "${maps[0]}", so its map alone does not add up to the logit.`
      : `The classifier reads several feature maps at once (${maps.map((map) => `"${map}"`).join(', ')}), so no single map adds up to the logit.`,
  noChannels: (map: string) =>
    `What reads the feature map "${map}" does not tell which of its axes holds the channels, so there is no class activation map to sum over them.`,
  unpooled: (output: string) =>
    `The output "${output}" holds pooled or flattened features, not classes: no linear layer follows or precedes the pooling.`,
  classToken: () =>
    'The classifier reads a class token instead of pooling over positions, so there is no spatial head.',
  unknownShape: (output: string) =>
    `The shapes on the way to the output "${output}" cannot be told from the graph, so its head cannot be described.`,
  unknownInput: (output: string, input: string) =>
    `The file declares no shape of the input "${input}", on which those on the way to the output "${output}" depend, so its head cannot be described; give that input a shape.`,
  openShape: (output: string, node: string) =>
    `The shape of what ${node} makes cannot be told from the graph, so the head of the output "${output}" cannot be described; a run that measures the shapes can tell it, and a warning of a contradiction says what to bind.`,
  unknownOperator: (output: string, node: string) =>
    `${node} is an operator whose shapes Headlight does not know, so the head of the output "${output}" cannot be described; other input sizes cannot change that. A run that measures the shapes can, where ONNX Runtime knows the operator, and so does a declaration of its output's shape in the file (value_info).`,
  noData: (output: string) =>
    `The output "${output}" does not depend on what is fed to the model, so it has no classification head.`,
  notNumbers: (output: string, type: string) =>
    `The output "${output}" holds ${type} values, not scores, so it has no classification head.`,
  inFunction: (name: string) =>
    `The head lies inside the model's own function "${name}", whose inner values a run cannot give, so its map cannot be drawn.`,
  noOutput: () => 'The graph has no output.',
} as const;

/** Why the map of a head does not add up to the logit. */
export function describeObstacles(opaque: readonly OpaqueStep[], isGem: boolean): string {
  if (isGem) {
    return 'The head pools with a power mean (GeM), which has no additive map unless its exponent is 1.';
  }
  const types = [...new Set(opaque.map((step) => step.opType))];
  const [only] = opaque;
  const what =
    opaque.length === 1 && only !== undefined
      ? `${only.opType}${only.name === '' ? '' : ` ("${only.name}")`}, which is not piecewise affine, stands`
      : `Operations that are not piecewise affine (${types.slice(0, 4).join(', ')}${types.length > 4 ? ', …' : ''}) stand`;
  return `${what} between the feature map and the logits, so no map adds up to the logit.`;
}

/** What is special about an exact head that has no name of its own. */
export function describeOther(kind: HeadKind, readings: readonly Reading[]): string | null {
  if (kind !== 'other') {
    return null;
  }
  const modes = new Set(readings.map((reading) => reading.mode));
  return modes.size === 1 && modes.has('max')
    ? 'The head pools with a maximum: each channel counts only where it is strongest, and its evidence is drawn there.'
    : `The head reads the feature map in several ways (${[...modes].join(', ')}); the map is the sum of their evidence.`;
}
