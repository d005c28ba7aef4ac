import type { LayerReport } from '../../src/protocol/modelReport';

/** The module's full name from the names of the layer's weights, for layers whose own name is a number or empty. */
export function toModuleName(layer: LayerReport, parameters: ReadonlySet<string>): string | null {
  if (layer.name.includes('/')) {
    return null;
  }
  const module = readModule(layer, parameters);
  return module === null ? null : module.join(layer.inputs.some((name) => name.includes('/')) ? '/' : '.');
}

/** What frameworks append to a module's name to name its weights: `_w_0`, `_bn_s_0`. */
const WEIGHT_SUFFIX = /(_bn)?_[a-z]{1,3}_\d+$/;

/**
 * `blocks.0._depthwise_conv.weight` → [blocks, 0, _depthwise_conv]; `fire2/squeeze1x1_w_0` → [fire2, squeeze1x1];
 * `conv10_w_0` → [conv10]. null: no weight, or one with a name that says nothing (`onnx::Conv_110`).
 */
export function readModule(layer: LayerReport, parameters: ReadonlySet<string>): string[] | null {
  const name = layer.inputs.find((input) => parameters.has(input) && !input.includes('::'));
  if (name === undefined) {
    return null;
  }
  if (name.includes('/')) {
    return name.replace(WEIGHT_SUFFIX, '').split('/');
  }
  if (name.includes('.')) {
    return name.split('.').slice(0, -1);
  }
  return WEIGHT_SUFFIX.test(name) ? [name.replace(WEIGHT_SUFFIX, '')] : null;
}
