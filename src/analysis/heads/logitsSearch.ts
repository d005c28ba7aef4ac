import type { GraphNode } from '../../graph/model';
import type { HeadReport } from '../../protocol/modelReport';
import type { HeadGraph } from './headGraph';
import { isRelabelling } from './relabelling';

/** The logits behind a graph output, and what the model does to them last. */
export interface LogitsSearch {
  readonly output: string;
  readonly logits: string;
  readonly activation: HeadReport['activation'];
  /** Nodes from the logits to the output. */
  readonly nodes: readonly GraphNode[];
}

const ACTIVATIONS: Readonly<Record<string, NonNullable<HeadReport['activation']>>> = {
  Softmax: 'softmax',
  LogSoftmax: 'logsoftmax',
  Sigmoid: 'sigmoid',
  QLinearSoftmax: 'softmax',
  QLinearSigmoid: 'sigmoid',
};

/** Outputs that are positions in a ranking of the logits, or their values. */
const SELECTIONS: ReadonlySet<string> = new Set(['ArgMax', 'TopK', 'Hardmax']);

/** Walks back from an output through its final activation; without one, the output itself holds the logits. */
export function findLogits(graph: HeadGraph, output: string): LogitsSearch {
  const nodes: GraphNode[] = [];
  let value = output;
  let logits = output;
  for (;;) {
    const node = graph.index.producerOf.get(value);
    if (node === undefined) {
      return { output, logits, activation: null, nodes: keepAfter(nodes, logits) };
    }
    nodes.unshift(node);
    const input = node.inputs[0] ?? '';
    const activation = ACTIVATIONS[node.opType];
    if (activation !== undefined && graph.isData(input)) {
      return { output, logits: input, activation, nodes };
    }
    if (node.opType === 'Log' && graph.index.producerOf.get(input)?.opType === 'Softmax') {
      const softmax = graph.index.producerOf.get(input) as GraphNode;
      return { output, logits: softmax.inputs[0] ?? '', activation: 'logsoftmax', nodes: [softmax, ...nodes] };
    }
    if (SELECTIONS.has(node.opType)) {
      logits = input;
    } else if (!isRelabelling(node) && !isQuantization(node)) {
      return { output, logits, activation: null, nodes: keepAfter(nodes, logits) };
    }
    value = input;
  }
}

function isQuantization(node: GraphNode): boolean {
  return node.opType === 'QuantizeLinear' || node.opType === 'DequantizeLinear';
}

function keepAfter(nodes: readonly GraphNode[], logits: string): readonly GraphNode[] {
  return nodes.slice(nodes.findIndex((node) => node.outputs.includes(logits)) + 1);
}
