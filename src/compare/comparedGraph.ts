import type { GraphIndex } from '../graph/graphIndex';
import { listReads } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { Graph, GraphNode, Model } from '../graph/model';

/** Reads no node's output: a stored tensor, an optional input left out, or something that follows from stored tensors. */
export const STORED = -1;
/** A graph input; those of one graph are −2, −3, … in their order. */
const FIRST_INPUT = -2;
/** Outputs of one node that are told apart. */
const OUTPUTS = 1024;

/** Where a node's input comes from: `STORED`, a graph input, or an output of the node at a position. */
export type Source = number;

interface Reader {
  readonly position: number;
  readonly slot: number;
  /** Which output of the producer is read. */
  readonly output: number;
}

/** One of the two graphs, its nodes by position in topological order. */
export interface ComparedGraph {
  readonly model: Model;
  readonly inferred: InferredGraph;
  readonly nodes: readonly GraphNode[];
  readonly producerOf: GraphIndex['producerOf'];
  /** By position and slot, as the file has it. */
  readonly sources: readonly (readonly Source[])[];
  /** The same past nodes that `isTransparent`: what two spellings of one network agree on. */
  readonly effectiveSources: readonly (readonly Source[])[];
  readonly readers: readonly (readonly Reader[])[];
  /** Positions of the nodes that make the graph's outputs, in their order; −1 for an output that no node makes. */
  readonly outputs: readonly number[];
}

/**
 * Nodes that one export of a network has and another has not: quantization around layers, normalisation that may be
 * folded into the layer before it, and what does nothing at inference. Alignment looks past them.
 */
const TRANSPARENT = new Set([
  'QuantizeLinear',
  'DequantizeLinear',
  'BatchNormalization',
  'Identity',
  'Dropout',
  'Cast',
]);

export function isTransparent(node: GraphNode): boolean {
  return TRANSPARENT.has(node.opType);
}

export function toSourcePosition(source: Source): number {
  return source < 0 ? -1 : Math.floor(source / OUTPUTS);
}

export function toSourceOutput(source: Source): number {
  return source < 0 ? 0 : source % OUTPUTS;
}

/** Time and memory grow with nodes and edges. */
export function toComparedGraph(model: Model, index: GraphIndex, inferred: InferredGraph): ComparedGraph {
  const nodes = index.order;
  const sourceOf = nameSources(model.graph, nodes);
  const sources = nodes.map((node) => readSources(node, sourceOf));
  return {
    model,
    inferred,
    nodes,
    producerOf: index.producerOf,
    sources,
    effectiveSources: lookPast(nodes, sources),
    readers: listReaders(nodes.length, sources),
    outputs: model.graph.outputs.map(({ name }) => toSourcePosition(sourceOf.get(name) ?? STORED)),
  };
}

function nameSources(graph: Graph, nodes: readonly GraphNode[]): ReadonlyMap<string, Source> {
  const sourceOf = new Map<string, Source>();
  graph.inputs.forEach(({ name }, index) => sourceOf.set(name, FIRST_INPUT - index));
  nodes.forEach((node, position) => {
    node.outputs.forEach((name, output) => {
      if (name !== '' && !sourceOf.has(name)) {
        sourceOf.set(name, position * OUTPUTS + Math.min(output, OUTPUTS - 1));
      }
    });
  });
  return sourceOf;
}

/** By slot; what sub-graphs take from the graph around them follows. */
function readSources(node: GraphNode, sourceOf: ReadonlyMap<string, Source>): Source[] {
  const sources = node.inputs.map((name) => sourceOf.get(name) ?? STORED);
  const direct = new Set(node.inputs);
  for (const name of listReads(node)) {
    if (!direct.has(name)) {
      sources.push(sourceOf.get(name) ?? STORED);
    }
  }
  return sources;
}

function lookPast(nodes: readonly GraphNode[], sources: readonly (readonly Source[])[]): Source[][] {
  const effective: Source[][] = [];
  const pastOf = (source: Source): Source => {
    const position = toSourcePosition(source);
    if (position < 0) {
      return source;
    }
    // The producer comes first in the order, so what lies behind it is known.
    if (nodes[position].opType === 'Constant') {
      return STORED;
    }
    return isTransparent(nodes[position]) ? (effective[position][0] ?? STORED) : source;
  };
  for (const own of sources) {
    effective.push(own.map(pastOf));
  }
  return effective;
}

function listReaders(count: number, sources: readonly (readonly Source[])[]): Reader[][] {
  const readers: Reader[][] = Array.from({ length: count }, () => []);
  sources.forEach((own, position) => {
    own.forEach((source, slot) => {
      if (source >= 0) {
        readers[toSourcePosition(source)].push({ position, slot, output: toSourceOutput(source) });
      }
    });
  });
  return readers;
}
