import { UserError } from '../userError';
import type { Graph, GraphNode } from './model';

/** Who makes and who reads each value of one graph, and an order in which the nodes can run. */
export interface GraphIndex {
  /** The node that computes a value; absent for graph inputs, initializers and values of an outer graph. */
  readonly producerOf: ReadonlyMap<string, GraphNode>;
  /** The nodes that read a value, each once, in the order of the file; a read inside a sub-graph counts for its node. */
  readonly consumersOf: ReadonlyMap<string, readonly GraphNode[]>;
  /** Topological; equal to the file's order when that is one already. */
  readonly order: readonly GraphNode[];
}

/**
 * Indexes a graph whose nodes may come in any order.
 * @throws UserError `notOnnx` when nodes depend on each other in a cycle.
 */
export function indexGraph(graph: Graph): GraphIndex {
  return indexNodes(graph.nodes);
}

/** Inference, analysis and every extension of a model look at the same nodes. */
const known = new WeakMap<readonly GraphNode[], GraphIndex>();

/** The same for a bare list of nodes, such as the body of a function. */
export function indexNodes(nodes: readonly GraphNode[]): GraphIndex {
  const index = known.get(nodes) ?? createIndex(nodes);
  known.set(nodes, index);
  return index;
}

function createIndex(nodes: readonly GraphNode[]): GraphIndex {
  const producerOf = new Map<string, GraphNode>();
  const consumersOf = new Map<string, GraphNode[]>();
  let isSorted = true;
  for (const node of nodes) {
    for (const name of listReads(node)) {
      const consumers = consumersOf.get(name);
      if (consumers === undefined) {
        consumersOf.set(name, [node]);
      } else {
        consumers.push(node);
      }
    }
    for (const name of node.outputs) {
      if (name !== '' && !producerOf.has(name)) {
        producerOf.set(name, node);
        isSorted &&= !consumersOf.has(name);
      }
    }
  }
  return { producerOf, consumersOf, order: isSorted ? nodes : sortTopologically(nodes, producerOf) };
}

/** Every value a node reads, each once, with what its sub-graphs take from the graph around them. */
export function listReads(node: GraphNode): readonly string[] {
  const { inputs } = node;
  if (!hasSubgraphs(node) && inputs.every((name, position) => name !== '' && inputs.indexOf(name) === position)) {
    return inputs;
  }
  const names = new Set(inputs);
  for (const graph of listSubgraphs(node)) {
    collectCaptured(graph, names);
  }
  names.delete('');
  return [...names];
}

/** Whether a node carries graphs as attributes (branches of If, bodies of Loop and Scan). */
export function hasSubgraphs(node: GraphNode): boolean {
  for (const { type } of node.attributes.values()) {
    if (type === 'graph' || type === 'graphs') {
      return true;
    }
  }
  return false;
}

function listSubgraphs(node: GraphNode): readonly Graph[] {
  const graphs: Graph[] = [];
  for (const attribute of node.attributes.values()) {
    if (attribute.type === 'graph') {
      graphs.push(attribute.value);
    } else if (attribute.type === 'graphs') {
      graphs.push(...attribute.value);
    }
  }
  return graphs;
}

/** Every value that a sub-graph takes from around it, each once. */
export function listCaptured(graph: Graph): ReadonlySet<string> {
  const names = new Set<string>();
  collectCaptured(graph, names);
  names.delete('');
  return names;
}

function collectCaptured(graph: Graph, into: Set<string>): void {
  const own = new Set<string>([...graph.initializers.keys(), ...graph.sparseInitializers.keys()]);
  for (const input of graph.inputs) {
    own.add(input.name);
  }
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      own.add(output);
    }
  }
  const read = [...graph.nodes.flatMap(listReads), ...graph.outputs.map((output) => output.name)];
  for (const name of read) {
    if (!own.has(name)) {
      into.add(name);
    }
  }
}

/** Depth-first in file order, so that a sorted file keeps its order; a stack of its own, as chains may be long. */
function sortTopologically(nodes: readonly GraphNode[], producerOf: ReadonlyMap<string, GraphNode>): GraphNode[] {
  const order: GraphNode[] = [];
  const done = new Set<GraphNode>();
  const open = new Set<GraphNode>();
  for (const root of nodes) {
    const stack = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (done.has(node)) {
        stack.pop();
        continue;
      }
      open.add(node);
      const waiting = listWaiting(listReads(node), producerOf, done);
      const cyclic = waiting.find((producer) => open.has(producer));
      if (cyclic !== undefined) {
        throw new UserError('notOnnx', describeCycle(cyclic));
      }
      if (waiting.length > 0) {
        stack.push(...waiting.reverse());
      } else {
        stack.pop();
        open.delete(node);
        done.add(node);
        order.push(node);
      }
    }
  }
  return order;
}

function listWaiting(
  names: readonly string[],
  producerOf: ReadonlyMap<string, GraphNode>,
  done: ReadonlySet<GraphNode>,
): GraphNode[] {
  const waiting: GraphNode[] = [];
  for (const name of names) {
    const producer = producerOf.get(name);
    if (producer !== undefined && !done.has(producer)) {
      waiting.push(producer);
    }
  }
  return waiting;
}

function describeCycle(node: GraphNode): string {
  const name = node.name === '' ? '' : ` "${node.name}"`;
  return (
    `The graph is not valid: node ${node.index} (${node.opType}${name}) needs its own output. ` +
    'A model must be free of cycles; export it again.'
  );
}
