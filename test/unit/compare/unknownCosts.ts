import { compareCosts } from '../../../src/compare/compareCosts';
import type { ComparisonReport } from '../../../src/protocol/comparison';
import { layer, report } from '../webview/reportBuilder';

/** A costs 100 MAC and 4 kB of activations; of B, whose sizes only a run can tell, one layer's kB is known. */
export function ofUnknownSize(): ComparisonReport {
  const none = { parameters: 0, weightBytes: 0 };
  const sum = { nodes: 2, parameters: 0, weightBytes: 0 };
  const a = report(
    [
      layer('Conv', 'x -> c', { ...none, macs: 100, activationBytes: 2000 }),
      layer('Relu', 'c -> y', { ...none, macs: 0, activationBytes: 2000 }),
    ],
    { totals: { ...sum, macs: 100, unknownMacs: 0, activationBytes: 4000 } },
  );
  const b = report(
    [
      layer('Conv', 'x -> c', { ...none, macs: null, activationBytes: null }),
      layer('Relu', 'c -> y', { ...none, macs: 0, activationBytes: 1000 }),
    ],
    { totals: { ...sum, macs: 0, unknownMacs: 1, activationBytes: 1000 } },
  );
  return {
    schema: 1,
    a,
    b,
    layers: [0, 1].map((index) => ({ a: index, b: index, changes: [], weights: [] })),
    weights: [],
    fields: [],
    costByType: compareCosts(a.layers, b.layers),
  };
}
