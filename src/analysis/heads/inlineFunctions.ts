import { indexNodes } from '../../graph/graphIndex';
import type { GraphIndex } from '../../graph/graphIndex';
import type { InferredBody } from '../../graph/inference';
import type { ConstantValue, InferredGraph } from '../../graph/inferShapes';
import { isComplete } from '../../graph/inferShapes';
import type { GraphNode } from '../../graph/model';
import type { ValueFacts } from '../../graph/valueFacts';

/** The main graph with calls of model-local functions replaced by what they run. */
export interface InlinedGraph {
  readonly index: GraphIndex;
  readonly inferred: Pick<InferredGraph, 'facts' | 'constants'>;
  /** Values that exist inside a function only, with the function's name: a run cannot be asked for them. */
  readonly innerValues: ReadonlyMap<string, string>;
}

/** Inlined nodes carry the index of the node of the main graph that calls them. */
export function inlineFunctions(index: GraphIndex, inferred: InferredGraph): InlinedGraph {
  if (![...inferred.bodies.values()].flat().some((body) => body.kind === 'function')) {
    return { index, inferred, innerValues: new Map() };
  }
  const inlining = new Inlining(inferred);
  const nodes = index.order.flatMap((node) => inlining.expand(node, inferred.bodies, node.index));
  return { index: indexNodes(nodes), inferred: inlining, innerValues: inlining.innerValues };
}

class Inlining {
  readonly facts: Map<string, ValueFacts>;
  readonly constants: Map<string, ConstantValue>;
  readonly innerValues = new Map<string, string>();
  #calls = 0;

  constructor(inferred: InferredGraph) {
    this.facts = new Map(inferred.facts);
    this.constants = new Map(inferred.constants);
  }

  expand(
    node: GraphNode,
    bodies: ReadonlyMap<GraphNode, readonly InferredBody[]>,
    caller: number,
  ): readonly GraphNode[] {
    const body = bodies.get(node)?.find((candidate) => candidate.kind === 'function');
    if (body === undefined) {
      return [node.index === caller ? node : { ...node, index: caller }];
    }
    const names = new Map<string, string>([
      ...body.inputs,
      ...body.outputs.map(([inner, outer]) => [inner, outer] as const),
    ]);
    const call = this.#calls++;
    for (const inner of body.nodes) {
      inner.outputs
        .filter((name) => name !== '' && !names.has(name))
        .forEach((name) => names.set(name, this.#keep(body, name, `${node.opType}#${call}/${name}`, node.opType)));
    }
    // A function sees nothing outside: a name that nobody defines is an optional input the call leaves out.
    const rename = (name: string) => names.get(name) ?? '';
    return body.nodes.flatMap((inner) => {
      const renamed = { ...inner, inputs: inner.inputs.map(rename), outputs: inner.outputs.map(rename) };
      const own = body.bodies.get(inner);
      return this.expand(renamed, own === undefined ? NO_BODIES : new Map([[renamed, own]]), caller);
    });
  }

  #keep(body: InferredBody, name: string, outerName: string, functionName: string): string {
    const facts = body.factsOf(name);
    this.facts.set(outerName, facts);
    if (facts.value !== null && isComplete(facts.value)) {
      this.constants.set(outerName, facts.value);
    }
    this.innerValues.set(outerName, functionName);
    return outerName;
  }
}

const NO_BODIES: ReadonlyMap<GraphNode, readonly InferredBody[]> = new Map();
