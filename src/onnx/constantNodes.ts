import type { EmittedNode, GraphExtension } from './graphExtension';

/** From this version of the format on an initializer need not be an input of the graph as well. */
const FREE_INITIALIZERS = 4;

/**
 * The extension in the form that the file's version of the format asks for: before version 4 every initializer has to be
 * a graph input too, which a stored constant should not become, so constants are written as nodes (ONNX IR, "Graphs").
 */
export function fitToVersion(extension: GraphExtension, irVersion: number): GraphExtension {
  if (irVersion >= FREE_INITIALIZERS) {
    return extension;
  }
  const inputs = new Set(extension.inputs.map(({ name }) => name));
  const constants = extension.initializers
    .filter(({ name }) => !inputs.has(name))
    .map((tensor): EmittedNode => ({
      opType: 'Constant',
      name: tensor.name,
      inputs: [],
      outputs: [tensor.name],
      attributes: { value: { type: 'tensor', value: tensor } },
    }));
  return {
    ...extension,
    nodes: [...constants, ...extension.nodes],
    initializers: extension.initializers.filter(({ name }) => inputs.has(name)),
  };
}
