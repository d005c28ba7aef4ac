import type { LayerReport } from '../../src/protocol/modelReport';

/** The module's full name from the names of the layer's weights, for layers whose own name is a number or empty. */
export function toModuleName(layer: LayerReport, parameters: ReadonlySet<string>): string | null {
  if (layer.name.includes('/')) {
    return null;
  }
  const module = readModule(layer, parameters);
  return module === null ? null : module.join(layer.inputs.some((name) => name.includes('/')) ? '/' : '.');
}

/** `blocks.0._depthwise_conv.weight` → [blocks, 0, _depthwise_conv]; `fire2/squeeze1x1_w_0` → [fire2, squeeze1x1]. */
export function readModule(layer: LayerReport, parameters: ReadonlySet<string>): string[] | null {
  const name = layer.inputs.find((input) => parameters.has(input) && /[./]/.test(input) && !input.includes('::'));
  if (name === undefined) {
    return null;
  }
  if (name.includes('/')) {
    return name.replace(/_[a-z]{1,3}_\d+$/, '').split('/');
  }
  return name.split('.').slice(0, -1);
}
