import { int, ints, text } from '../testGraph';
import type { CaseTable } from './caseTable';

interface Window {
  readonly size?: readonly number[];
  readonly kernel: readonly number[];
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  readonly pads?: readonly number[];
  readonly autoPad?: string;
}

function toAttributes({ kernel, strides, dilations, pads, autoPad }: Window) {
  return {
    kernel_shape: ints(...kernel),
    ...(strides ? { strides: ints(...strides) } : {}),
    ...(dilations ? { dilations: ints(...dilations) } : {}),
    ...(pads ? { pads: ints(...pads) } : {}),
    ...(autoPad ? { auto_pad: text(autoPad) } : {}),
  };
}

function conv(window: Window, inputs = 2, outputs = 3, group = 1): CaseTable[string] {
  return (random) => ({
    opset: random.pick(9, 11, 17),
    inputs: { x: [random.integer(1, 2), inputs, ...(window.size ?? [5, 4])] },
    isBatchFree: random.pick(true, false),
    build: (graph, [x]) => {
      const weight = graph.weight([outputs, inputs / group, ...window.kernel]);
      return [graph.add('Conv', [x, weight, graph.weight([outputs])], { ...toAttributes(window), group: int(group) })];
    },
  });
}

function convTranspose(
  window: Window,
  extra: Readonly<Record<string, ReturnType<typeof int>>> = {},
  group = 1,
): CaseTable[string] {
  return (random) => ({
    opset: random.pick(11, 17),
    inputs: { x: [1, 2, ...(window.size ?? [3, 4])] },
    build: (graph, [x]) => {
      const weight = graph.weight([2, 3, ...window.kernel]);
      return [graph.add('ConvTranspose', [x, weight], { ...toAttributes(window), ...extra, group: int(group) })];
    },
  });
}

export const convolutionCases: CaseTable = {
  'Conv 1×1': conv({ kernel: [1, 1] }),
  'Conv 3×3': conv({ kernel: [3, 3], pads: [1, 1, 1, 1] }),
  'Conv with unequal pads': conv({ kernel: [3, 2], pads: [2, 0, 1, 1] }),
  'Conv padded beyond its kernel': conv({ kernel: [2, 2], pads: [2, 2, 2, 2] }),
  'Conv with strides': conv({ kernel: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] }),
  'Conv 1×1 with strides': conv({ kernel: [1, 1], strides: [2, 3] }),
  'Conv with strides that leave rows unread': conv({ kernel: [2, 2], strides: [3, 3], size: [7, 6] }),
  'Conv with dilations': conv({ kernel: [2, 3], dilations: [2, 2], pads: [1, 2, 1, 2], size: [5, 6] }),
  'Conv with dilations and strides': conv({ kernel: [2, 2], dilations: [2, 1], strides: [2, 1], size: [6, 4] }),
  'Conv in groups': conv({ kernel: [3, 3], pads: [1, 1, 1, 1] }, 4, 6, 2),
  'Conv in groups with strides': conv({ kernel: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] }, 4, 6, 2),
  'Conv depthwise': conv({ kernel: [3, 3], pads: [1, 1, 1, 1] }, 3, 3, 3),
  'Conv depthwise with a multiplier': conv({ kernel: [3, 3], pads: [1, 1, 1, 1] }, 2, 4, 2),
  'Conv depthwise with strides': conv({ kernel: [3, 3], pads: [0, 0, 1, 1], strides: [2, 2] }, 3, 3, 3),
  'Conv 1×1 in groups': conv({ kernel: [1, 1] }, 4, 4, 2),
  'Conv with auto_pad SAME_UPPER': conv({ kernel: [3, 2], strides: [2, 2], autoPad: 'SAME_UPPER' }),
  'Conv with auto_pad SAME_LOWER': conv({ kernel: [2, 2], autoPad: 'SAME_LOWER' }),
  'Conv with auto_pad VALID': conv({ kernel: [3, 3], autoPad: 'VALID' }),
  'Conv of one dimension': conv({ kernel: [3], strides: [2], pads: [1, 1], size: [7] }),
  'Conv of three dimensions': conv({ kernel: [2, 2, 2], size: [3, 3, 2], pads: [1, 0, 0, 0, 1, 0] }),
  'Conv with a bias that depends on the input': () => ({
    opset: 13,
    inputs: { x: [2, 2, 3, 3], b: [3] },
    build: (graph, [x, b]) => [graph.add('Conv', [x, graph.weight([3, 2, 1, 1]), b])],
  }),
  'Conv with free height and width': () => ({
    opset: 13,
    inputs: { x: [1, 2, 6, 5] },
    build: (graph, [x]) => {
      graph.inputs[0] = { name: x, elementType: graph.elementType, shape: ['N', 2, 'H', 'W'] };
      const attributes = toAttributes({ kernel: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] });
      const strided = graph.add('Conv', [x, graph.weight([3, 2, 3, 3])], attributes);
      return [graph.add('Conv', [strided, graph.weight([2, 3, 3, 3])], { pads: ints(1, 1, 1, 1) })];
    },
  }),
  ConvTranspose: convTranspose({ kernel: [3, 3] }),
  'ConvTranspose with strides and output padding': convTranspose(
    { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    { output_padding: ints(1, 0) },
  ),
  'ConvTranspose with an output shape': convTranspose(
    { kernel: [3, 3], strides: [2, 2] },
    { output_shape: ints(6, 8) },
  ),
  'ConvTranspose with auto_pad': convTranspose({ kernel: [3, 3], strides: [2, 2], autoPad: 'SAME_UPPER' }),
  'ConvTranspose in groups with dilations': convTranspose({ kernel: [2, 2], dilations: [2, 2] }, {}, 2),
};
