import type { Random } from '../random';
import type { TestGraph } from '../testGraph';
import { text } from '../testGraph';
import type { CaseTable } from './caseTable';

function resize(
  mode: string,
  coordinates: string,
  rounding = 'round_prefer_floor',
  scales?: readonly number[],
): CaseTable[string] {
  return (random) => ({
    opset: random.pick(11, 13, 18),
    inputs: { x: [2, 2, 4, 3] },
    isBatchFree: random.pick(true, false),
    build: (graph, [x]) => {
      const attributes = {
        mode: text(mode),
        coordinate_transformation_mode: text(coordinates),
        nearest_mode: text(rounding),
      };
      // Scales and sizes are float32 and int64 whatever the model computes in.
      const chosen = scales ?? random.pick([2, 2], [1.5, 2.5], [0.5, 0.7]);
      return [graph.add('Resize', [x, '', scalesOf(graph, [1, 1, ...chosen])], attributes)];
    },
  });
}

function scalesOf(graph: TestGraph, scales: readonly number[]): string {
  const data = new Uint8Array(Float32Array.from(scales).buffer);
  return graph.tensor({ elementType: 'float32', dims: [scales.length], data });
}

const toSizes = (mode: string) => (random: Random) => ({
  opset: 13,
  inputs: { x: [1, 2, 4, 3] },
  build: (graph: TestGraph, [x]: readonly string[]) => [
    graph.add('Resize', [x, '', '', graph.list(1, 2, random.integer(2, 7), random.integer(2, 7))], {
      mode: text(mode),
    }),
  ],
});

export const resizeCases: CaseTable = {
  'Resize nearest, doubled': resize('nearest', 'asymmetric', 'floor', [2, 3]),
  'Resize nearest, half pixels': resize('nearest', 'half_pixel'),
  'Resize nearest, asymmetric, ceil': resize('nearest', 'asymmetric', 'ceil'),
  'Resize nearest, align corners, prefer ceil': resize('nearest', 'align_corners', 'round_prefer_ceil'),
  'Resize linear, half pixels': resize('linear', 'half_pixel'),
  'Resize linear, align corners': resize('linear', 'align_corners'),
  'Resize linear, asymmetric': resize('linear', 'asymmetric'),
  'Resize linear, pytorch half pixels': resize('linear', 'pytorch_half_pixel'),
  'Resize cubic': resize('cubic', 'half_pixel'),
  'Resize nearest to sizes': toSizes('nearest'),
  'Resize linear to sizes': toSizes('linear'),
  'Resize of operator set 10': (random) => ({
    opset: 10,
    inputs: { x: [1, 2, 3, 3] },
    build: (graph, [x]) => [
      graph.add('Resize', [x, scalesOf(graph, [1, 1, 2, 1.5])], { mode: text(random.pick('nearest', 'linear')) }),
    ],
  }),
  Upsample: (random) => ({
    opset: 9,
    inputs: { x: [1, 2, 3, 3] },
    build: (graph, [x]) => [
      graph.add('Upsample', [x, scalesOf(graph, [1, 1, 2, 2])], { mode: text(random.pick('nearest', 'linear')) }),
    ],
  }),
};
