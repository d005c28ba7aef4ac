import type { EmittedAttribute } from '../../../../src/onnx/graphExtension';
import type { InputKind } from '../checkDerivative';
import { int, ints, text } from '../testGraph';
import type { CaseTable } from './caseTable';

type Attributes = Readonly<Record<string, EmittedAttribute>>;

function pool(
  opType: string,
  attributes: Attributes,
  {
    opsets = [11, 17, 22],
    kind = 'lattice',
    size = [5, 6],
  }: { opsets?: number[]; kind?: InputKind; size?: number[] } = {},
): CaseTable[string] {
  return (random) => ({
    opset: random.pick(...opsets),
    inputs: { x: [random.integer(1, 2), 2, ...size] },
    kind,
    isBatchFree: random.pick(true, false),
    build: (graph, [x]) => [graph.add(opType, [x], attributes)],
  });
}

const average = (attributes: Attributes, size?: number[], opsets?: number[]) =>
  pool('AveragePool', attributes, { ...(size ? { size } : {}), ...(opsets ? { opsets } : {}) });
const maximum = (attributes: Attributes, opsets = [9, 11, 12, 16, 17, 22], size = [5, 6]) =>
  pool('MaxPool', attributes, { kind: 'distinct', opsets, size });
const square = (size: number) => ints(size, size);

export const poolingCases: CaseTable = {
  GlobalAveragePool: pool('GlobalAveragePool', {}),
  'GlobalAveragePool of free height and width': () => ({
    opset: 13,
    inputs: { x: [2, 2, 3, 4] },
    build: (graph, [x]) => {
      graph.inputs[0] = { name: x, elementType: graph.elementType, shape: ['N', 2, 'H', 'W'] };
      return [graph.add('GlobalAveragePool', [x])];
    },
  }),
  GlobalMaxPool: pool('GlobalMaxPool', {}, { kind: 'distinct' }),
  'GlobalLpPool, p = 2': pool('GlobalLpPool', {}, { opsets: [9, 17] }),
  'GlobalLpPool, p = 1': pool('GlobalLpPool', { p: int(1) }, { opsets: [9, 17] }),
  'GlobalLpPool, p = 3': pool('GlobalLpPool', { p: int(3) }, { opsets: [9, 17] }),
  AveragePool: average({ kernel_shape: square(2), strides: square(2) }),
  'AveragePool of the whole map': average({ kernel_shape: ints(5, 6) }),
  'AveragePool, stride 1': average({ kernel_shape: square(3), pads: ints(1, 1, 1, 1), count_include_pad: int(1) }),
  'AveragePool, padding left out': average({ kernel_shape: square(3), pads: ints(1, 0, 1, 2), strides: ints(2, 1) }),
  'AveragePool, padding counted': average({
    kernel_shape: square(3),
    pads: ints(1, 1, 1, 1),
    strides: square(2),
    count_include_pad: int(1),
  }),
  'AveragePool, ceil mode': average({ kernel_shape: square(2), strides: square(2), ceil_mode: int(1) }, [5, 7]),
  'AveragePool, ceil mode with padding': average(
    { kernel_shape: square(3), strides: square(2), pads: ints(1, 1, 1, 1), ceil_mode: int(1) },
    [6, 7],
  ),
  'AveragePool, ceil mode with padding counted': average(
    {
      kernel_shape: square(3),
      strides: square(2),
      pads: ints(1, 1, 1, 1),
      ceil_mode: int(1),
      count_include_pad: int(1),
    },
    [6, 7],
    [19, 22],
  ),
  'AveragePool with dilations': average({ kernel_shape: square(2), dilations: square(2) }, [5, 6], [19, 22]),
  'AveragePool, auto_pad': average({ kernel_shape: square(3), strides: square(2), auto_pad: text('SAME_UPPER') }),
  'AveragePool of one dimension': average({ kernel_shape: ints(3), strides: ints(2) }, [7]),
  MaxPool: maximum({ kernel_shape: square(2), strides: square(2) }),
  'MaxPool, overlapping': maximum({ kernel_shape: square(3), strides: square(2), pads: ints(1, 1, 1, 1) }),
  'MaxPool, stride 1': maximum({ kernel_shape: ints(3, 2) }),
  'MaxPool, ceil mode': maximum(
    { kernel_shape: square(3), strides: square(2), ceil_mode: int(1) },
    [10, 12, 16, 22],
    [6, 6],
  ),
  'MaxPool with dilations': maximum({ kernel_shape: square(2), dilations: square(2) }, [10, 12, 16, 22]),
  'MaxPool, auto_pad': maximum({ kernel_shape: square(3), strides: square(2), auto_pad: text('SAME_LOWER') }),
  'MaxPool of one dimension': maximum({ kernel_shape: ints(3), strides: ints(2) }, [11, 17], [8]),
  'MaxPool of three dimensions': maximum({ kernel_shape: ints(2, 2, 2), strides: ints(1, 2, 2) }, [11, 17], [3, 4, 2]),
  LpPool: pool('LpPool', { kernel_shape: square(2), strides: square(2) }),
  'LpPool, p = 3, overlapping': pool('LpPool', { kernel_shape: square(3), p: int(3), pads: ints(1, 1, 1, 1) }),
  'LpPool, p = 1': pool('LpPool', { kernel_shape: square(2), p: int(1) }),
};
