import type { ComparedGraph, Source } from './comparedGraph';
import { isTransparent, toSourcePosition } from './comparedGraph';
import type { Matching } from './matching';

/**
 * Matches a node with one of another operator that stands in its place: both read from corresponding nodes (or the same
 * graph input) and are read by corresponding nodes, and no other unmatched node is there.
 */
export function matchReplaced(a: ComparedGraph, b: ComparedGraph, matching: Matching): void {
  const inA = groupByPlace(a, matching.partnerInB, (position) => position);
  const inB = groupByPlace(b, matching.partnerInA, (position) => matching.partnerInA[position]);
  for (const [place, one] of inA) {
    const other = inB.get(place) ?? -1;
    if (one >= 0 && other >= 0) {
      matching.match(one, other);
    }
  }
}

/** Unmatched nodes by where they stand, in positions of A; −1 for places with several nodes. */
function groupByPlace(
  graph: ComparedGraph,
  partners: Int32Array,
  toPositionInA: (position: number) => number,
): Map<string, number> {
  const places = new Map<string, number>();
  graph.nodes.forEach((node, position) => {
    const place =
      partners[position] < 0 && node.opType !== 'Constant' && !isTransparent(node)
        ? describePlace(graph, partners, position, toPositionInA)
        : null;
    if (place !== null) {
      places.set(place, places.has(place) ? -1 : position);
    }
  });
  return places;
}

/** null when a neighbour has no counterpart. */
function describePlace(
  graph: ComparedGraph,
  partners: Int32Array,
  position: number,
  toPositionInA: (position: number) => number,
): string | null {
  const [from] = graph.effectiveSources[position].filter(isComputed);
  const readers = graph.readers[position].map(({ position: reader }) => reader);
  const producer = from === undefined ? -1 : toSourcePosition(from);
  const isKnown = from !== undefined && (producer < 0 || partners[producer] >= 0);
  if (!isKnown || readers.length === 0 || readers.some((reader) => partners[reader] < 0)) {
    return null;
  }
  const after = readers.map(toPositionInA).sort((one, other) => one - other);
  return `${producer < 0 ? from : toPositionInA(producer)} → ${after.join(' ')}`;
}

function isComputed(source: Source): boolean {
  return source !== -1;
}
