import type { GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { GraphNode, Model } from '../graph/model';
import type { ComparisonReport, LayerComparison } from '../protocol/comparison';
import type { ModelReport } from '../protocol/modelReport';
import { alignNodes } from './alignNodes';
import type { ComparedGraph } from './comparedGraph';
import { toComparedGraph } from './comparedGraph';
import { compareCosts } from './compareCosts';
import { compareFields } from './compareFields';
import { describeChanges } from './describeChanges';
import { findIncreasingPairs } from './increasingPairs';
import type { Matching } from './matching';
import type { TensorPair, WeightPairs } from './pairWeights';
import { createWeightPairs } from './pairWeights';

/** What a comparison needs of an analysed model. */
export interface ComparedModel {
  readonly model: Model;
  readonly index: GraphIndex;
  readonly inferred: InferredGraph;
  readonly report: ModelReport;
}

export interface Comparison {
  readonly report: ComparisonReport;
  /** The tensors behind `report.weights`, in the same order. */
  readonly tensors: readonly TensorPair[];
}

/** Aligns the main graphs of two models and says what differs; reads no weights. */
export function compareAnalyses(a: ComparedModel, b: ComparedModel): Comparison {
  const [graphA, graphB] = [a, b].map(({ model, index, inferred }) => toComparedGraph(model, index, inferred));
  const matching = alignNodes(graphA, graphB);
  const weights = createWeightPairs(graphA, graphB);
  const layers = mergeOrders(matching).map(([one, other]): LayerComparison => {
    return one === null || other === null
      ? { a: one, b: other, changes: [], weights: [] }
      : { a: one, b: other, ...comparePair(graphA, one, graphB, other, matching, weights) };
  });
  const report: ComparisonReport = {
    schema: 1,
    a: a.report,
    b: b.report,
    layers,
    weights: weights.report,
    fields: compareFields(a, b),
    costByType: compareCosts(a.report.layers, b.report.layers),
  };
  return { report, tensors: weights.tensors };
}

function comparePair(
  graphA: ComparedGraph,
  one: number,
  graphB: ComparedGraph,
  other: number,
  matching: Matching,
  weights: WeightPairs,
): Pick<LayerComparison, 'changes' | 'weights'> {
  const [nodeA, nodeB]: [GraphNode, GraphNode] = [graphA.nodes[one], graphB.nodes[other]];
  const changes = describeChanges({ graph: graphA, position: one }, { graph: graphB, position: other }, matching);
  const stored = weights.add(nodeA, nodeB);
  return { changes: [...changes, ...stored.changes], weights: stored.weights };
}

/**
 * One list of both graphs in execution order. Pairs that the graphs have in different orders stand where A has them;
 * between pairs, what only A has comes before what only B has.
 */
function mergeOrders({ partnerInA, partnerInB }: Matching): [number | null, number | null][] {
  const rows: [number | null, number | null][] = [];
  let [nextA, nextB] = [0, 0];
  const takeUntil = (endA: number, endB: number): void => {
    for (; nextA < endA; nextA++) {
      rows.push([nextA, partnerInB[nextA] < 0 ? null : partnerInB[nextA]]);
    }
    for (; nextB < endB; nextB++) {
      if (partnerInA[nextB] < 0) {
        rows.push([null, nextB]);
      }
    }
  };
  for (const [one, other] of findIncreasingPairs(partnerInB)) {
    takeUntil(one, other);
    rows.push([one, other]);
    [nextA, nextB] = [one + 1, other + 1];
  }
  takeUntil(partnerInB.length, partnerInA.length);
  return rows;
}
