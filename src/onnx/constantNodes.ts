import { toDataType } from '../graph/elementTypes';
import type { EmittedNode, EmittedTensor, GraphExtension } from './graphExtension';
import { floatTensor } from './graphExtension';

/** From this version of the format on an initializer need not be an input of the graph as well. */
const FREE_INITIALIZERS = 4;

/** From this operator set on Constant gives integers. */
const INTEGER_CONSTANTS = 9;

/**
 * The extension in the form that the file's version of the format asks for: before version 4 every initializer has to be
 * a graph input too, which a stored constant should not become, so constants are written as nodes (ONNX IR, "Graphs").
 */
export function fitToVersion(extension: GraphExtension, irVersion: number, opset: number): GraphExtension {
  if (irVersion >= FREE_INITIALIZERS) {
    return extension;
  }
  const inputs = new Set(extension.inputs.map(({ name }) => name));
  const constants = extension.initializers
    .filter(({ name }) => !inputs.has(name))
    .flatMap((tensor) =>
      opset < INTEGER_CONSTANTS && tensor.elementType === 'int64' ? writeInteger(tensor) : [writeConstant(tensor)],
    );
  return {
    ...extension,
    nodes: [...constants, ...extension.nodes],
    initializers: extension.initializers.filter(({ name }) => inputs.has(name)),
  };
}

function writeConstant(tensor: EmittedTensor): EmittedNode {
  const { name } = tensor;
  return {
    opType: 'Constant',
    name,
    inputs: [],
    outputs: [name],
    attributes: { value: { type: 'tensor', value: tensor } },
  };
}

/** As real numbers, exact up to 2⁵³, that become integers: Constant gives nothing else before operator set 9. */
function writeInteger({ name, dims, data }: EmittedTensor): EmittedNode[] {
  const values = new BigInt64Array(new Uint8Array(data).buffer);
  const real = floatTensor(`${name}_real`, 'float64', dims, Float64Array.from(values, Number));
  const to = { type: 'int', value: toDataType('int64') } as const;
  return [writeConstant(real), { opType: 'Cast', name, inputs: [real.name], outputs: [name], attributes: { to } }];
}
