import type { ComparedGraph, Source } from './comparedGraph';
import { toSourceOutput, toSourcePosition } from './comparedGraph';
import type { Labels } from './labels';
import type { Matching } from './matching';

interface Side {
  readonly graph: ComparedGraph;
  readonly labels: Labels;
}

/**
 * From every matched pair to the neighbours in the same place: the producer of the same input, the one unmatched reader
 * with the same label. Each pair is looked at once; linear in edges.
 */
export function spreadMatches(a: Side, b: Side, matching: Matching): void {
  const work: [number, number][] = [];
  const tryMatch = (one: number, other: number): void => {
    if (one >= 0 && other >= 0 && a.labels[one] === b.labels[other] && matching.match(one, other)) {
      work.push([one, other]);
    }
  };
  matching.partnerInB.forEach((partner, position) => partner >= 0 && work.push([position, partner]));
  a.graph.outputs.forEach((position, index) => tryMatch(position, b.graph.outputs[index] ?? -1));
  for (let pair = work.pop(); pair !== undefined; pair = work.pop()) {
    const [one, other] = pair;
    matchProducers(a.graph.sources[one], b.graph.sources[other], tryMatch);
    matchProducers(a.graph.effectiveSources[one], b.graph.effectiveSources[other], tryMatch);
    const readersInB = listFreeReaders(b, other, matching.partnerInA);
    for (const [key, reader] of listFreeReaders(a, one, matching.partnerInB)) {
      tryMatch(reader, readersInB.get(key) ?? -1);
    }
  }
}

function matchProducers(
  one: readonly Source[],
  other: readonly Source[],
  tryMatch: (one: number, other: number) => void,
): void {
  for (let slot = 0; slot < Math.min(one.length, other.length); slot++) {
    if (toSourceOutput(one[slot]) === toSourceOutput(other[slot])) {
      tryMatch(toSourcePosition(one[slot]), toSourcePosition(other[slot]));
    }
  }
}

/** Unmatched readers by label, input and output; −1 where there are several. */
function listFreeReaders({ graph, labels }: Side, position: number, partners: Int32Array): Map<string, number> {
  const found = new Map<string, number>();
  for (const { position: reader, slot, output } of graph.readers[position]) {
    if (partners[reader] < 0) {
      const key = `${labels[reader]} ${slot} ${output}`;
      found.set(key, found.has(key) ? -1 : reader);
    }
  }
  return found;
}
