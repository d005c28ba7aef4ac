import type { ComparedGraph } from './comparedGraph';
import { STORED, isTransparent, toSourceOutput, toSourcePosition } from './comparedGraph';
import type { Intern, Labels } from './labels';

/** By position: numbers that are equal where everything before, or everything after, a node is equally labelled. */
export interface Contexts {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** More readers than these are summed up in one number, so that long chains of pass-through nodes stay linear. */
const MOST_READERS = 64;

/**
 * Numbers every node by its label and the numbers of its producers, and again by those of its readers, looking past
 * transparent nodes: hash-consing, so equal numbers mean equal sub-graphs and not only probably. Linear in edges.
 */
export function computeContexts(graph: ComparedGraph, labels: Labels, intern: Intern): Contexts {
  return { before: computeBefore(graph, labels, intern), after: computeAfter(graph, labels, intern) };
}

function computeBefore({ nodes, effectiveSources }: ComparedGraph, labels: Labels, intern: Intern): number[] {
  const before: number[] = [];
  nodes.forEach((_, position) => {
    const sources = effectiveSources[position]
      .filter((source) => source !== STORED)
      .map((source) => (source < 0 ? source : `${before[toSourcePosition(source)]}.${toSourceOutput(source)}`));
    before.push(intern(`before ${labels[position]} ${sources.join(' ')}`));
  });
  return before;
}

function computeAfter({ nodes, readers, outputs }: ComparedGraph, labels: Labels, intern: Intern): number[] {
  const after = new Array<number>(nodes.length);
  const uses: (readonly string[])[] = nodes.map(() => []);
  const declared = new Map<number, string[]>();
  outputs.forEach((position, index) => {
    declared.set(position, [...(declared.get(position) ?? []), `output${index}`]);
  });
  for (let position = nodes.length - 1; position >= 0; position--) {
    const own = [...(declared.get(position) ?? [])];
    for (const { position: reader, slot, output } of readers[position]) {
      const passesOn = slot === 0 && isTransparent(nodes[reader]);
      own.push(...(passesOn ? uses[reader] : [`${output}>${after[reader]}.${slot}`]));
    }
    own.sort();
    uses[position] = own.length > MOST_READERS ? [`many${intern(own.join(' '))}`] : own;
    after[position] = intern(`after ${labels[position]} ${uses[position].join(' ')}`);
  }
  return after;
}
