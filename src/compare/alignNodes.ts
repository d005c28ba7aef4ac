import type { ComparedGraph } from './comparedGraph';
import { isTransparent } from './comparedGraph';
import type { Contexts } from './contexts';
import { computeContexts } from './contexts';
import { findIncreasingPairs } from './increasingPairs';
import type { Labels, LabelLevels } from './labels';
import { computeLabels, createIntern } from './labels';
import { findCommonSubsequence } from './longestCommonSubsequence';
import type { Matching } from './matching';
import { createMatching, matchUnique } from './matching';
import { matchReplaced } from './replacedNodes';
import { spreadMatches } from './spreadMatches';

interface Side {
  readonly graph: ComparedGraph;
  readonly labels: LabelLevels;
}

/** One of the two graphs at one level of labels. */
interface LabelledSide {
  readonly graph: ComparedGraph;
  readonly labels: Labels;
  readonly contexts: Contexts;
}

/**
 * Which node of A is which node of B. What is surest comes first and what is matched stays so: nodes whose whole
 * surroundings are equal and occur once; equal names where a side of the surroundings agrees too; one side of the
 * surroundings alone; neighbours of what is matched; names; then the same with less in common (weight dimensions, the
 * operator); the order of execution for what is left between matched nodes; last a node that stands where another
 * operator stood. Looks past quantization and normalisation, so that a quantized or folded network aligns with the
 * original. Time grows with nodes and edges, apart from sorting (n log n) and at most 256 steps per node where two
 * stretches have nothing in common.
 */
export function alignNodes(graphA: ComparedGraph, graphB: ComparedGraph): Matching {
  const intern = createIntern();
  const [a, b] = [graphA, graphB].map((graph): Side => ({ graph, labels: computeLabels(graph, intern) }));
  const matching = createMatching(graphA.nodes.length, graphB.nodes.length);
  const atLevel = ({ graph, labels }: Side, level: keyof LabelLevels): LabelledSide => ({
    graph,
    labels: labels[level],
    contexts: computeContexts(graph, labels[level], intern),
  });
  for (const level of ['exact', 'weights', 'operator'] as const) {
    if (matching.isComplete()) {
      return matching;
    }
    const [one, other] = [atLevel(a, level), atLevel(b, level)];
    matchSurroundings(one, other, matching);
    matchNames(one, other, matching, isTellingName);
  }
  for (const level of ['exact', 'weights', 'operator'] as const) {
    matchInOrder({ graph: a.graph, labels: a.labels[level] }, { graph: b.graph, labels: b.labels[level] }, matching);
  }
  matchNames(
    { graph: a.graph, labels: a.labels.operator },
    { graph: b.graph, labels: b.labels.operator },
    matching,
    (name) => name !== '',
  );
  matchReplaced(a.graph, b.graph, matching);
  return matching;
}

function matchSurroundings(a: LabelledSide, b: LabelledSide, matching: Matching): void {
  const both = ({ contexts: { before, after } }: LabelledSide) => {
    return (position: number) => `${before[position]} ${after[position]}`;
  };
  matchUnique(matching, both(a), both(b));
  matchNames(a, b, matching, isTellingName, (one, other) => {
    const isEqual = (side: keyof Contexts) => a.contexts[side][one] === b.contexts[side][other];
    return isEqual('before') || isEqual('after');
  });
  for (const side of ['before', 'after'] as const) {
    matchUnique(
      matching,
      (position) => a.contexts[side][position],
      (position) => b.contexts[side][position],
    );
  }
  spreadMatches(a, b, matching);
}

/** Equal names, each once in its graph, and equal labels. */
function matchNames(
  a: { readonly graph: ComparedGraph; readonly labels: Labels },
  b: { readonly graph: ComparedGraph; readonly labels: Labels },
  matching: Matching,
  isUsable: (name: string) => boolean,
  agrees: (one: number, other: number) => boolean = () => true,
): void {
  const nameOf = ({ nodes }: ComparedGraph) => {
    return (position: number) => (isUsable(nodes[position].name) ? nodes[position].name : null);
  };
  matchUnique(matching, nameOf(a.graph), nameOf(b.graph), (one, other) => {
    return a.labels[one] === b.labels[other] && agrees(one, other);
  });
}

/** `Conv_12` counts nodes: one more layer in front, and it is another node's name. `/layer1/conv2/Conv` says which. */
function isTellingName(name: string): boolean {
  return name !== '' && !/^[^/.:]*\d$/.test(name);
}

/** Between nodes that are matched in the same order, what is left is aligned by its own order. */
function matchInOrder(
  a: { readonly graph: ComparedGraph; readonly labels: Labels },
  b: { readonly graph: ComparedGraph; readonly labels: Labels },
  matching: Matching,
): void {
  const [lengthA, lengthB] = [a.graph.nodes.length, b.graph.nodes.length];
  let [startA, startB] = [0, 0];
  for (const [endA, endB] of [...findIncreasingPairs(matching.partnerInB), [lengthA, lengthB]]) {
    const freeA = listFree(a, matching.partnerInB, startA, endA);
    const freeB = listFree(b, matching.partnerInA, startB, endB);
    const pairs = findCommonSubsequence(
      freeA.map((position) => a.labels[position]),
      freeB.map((position) => b.labels[position]),
    );
    pairs.forEach(([one, other]) => matching.match(freeA[one], freeB[other]));
    [startA, startB] = [endA + 1, endB + 1];
  }
}

/** Without constants and what alignment looks past: these belong to their neighbours, not to their place in the order. */
function listFree(
  { graph }: { readonly graph: ComparedGraph },
  partners: Int32Array,
  start: number,
  end: number,
): number[] {
  const free: number[] = [];
  for (let position = start; position < end; position++) {
    const node = graph.nodes[position];
    if (partners[position] < 0 && node.opType !== 'Constant' && !isTransparent(node)) {
      free.push(position);
    }
  }
  return free;
}
