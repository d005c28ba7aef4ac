import type { Graph, GraphNode, Model, ModelFunction } from './model';
import type { ValueFacts } from './valueFacts';
import { NOTHING_KNOWN } from './valueFacts';

/** Domain → version. */
export type OperatorSets = Model['opsets'];

/**
 * How an output of a body comes out of the node: as it is; as the last turn leaves it, each turn getting that of the turn
 * before; one per turn, stacked along an axis or as the tensors of a sequence.
 */
export type OutputRole = 'same' | 'carried' | 'stacked' | 'collected';

/** What a node runs: the body of a model-local function, a branch of If, the body of Loop or Scan. */
export interface InferredBody {
  readonly kind: 'function' | 'branch' | 'loop';
  /** How often it runs; null when only a run can tell. Of several branches one runs. */
  readonly times: number | null;
  /** With the attributes of the call filled in. */
  readonly nodes: readonly GraphNode[];
  /** Versions of operator sets that a function is written for; null: those around. */
  readonly opsets: OperatorSets | null;
  /** null for functions, which have none. */
  readonly graph: Graph | null;
  /** Names inside that stand for inputs of the node: [inner name, name outside]. */
  readonly inputs: readonly (readonly [inner: string, outer: string])[];
  /** Names inside and the node's outputs they become. */
  readonly outputs: readonly (readonly [inner: string, outer: string, role: OutputRole])[];
  /** What the nodes inside run in turn. */
  readonly bodies: ReadonlyMap<GraphNode, readonly InferredBody[]>;
  /** Also resolves names captured from outside. */
  readonly factsOf: (name: string) => ValueFacts;
}

/** Facts by name, inner names first. */
export interface Scope {
  readonly facts: Map<string, ValueFacts>;
  readonly parent: Scope | null;
}

export interface Inference {
  /** Of the model, or of the function whose body is being inferred. */
  readonly opsets: OperatorSets;
  readonly symbols: ReadonlyMap<string, number>;
  /** Their `opsets` with what they take over from the model. */
  readonly functions: ReadonlyMap<string, ModelFunction & { readonly opsets: OperatorSets }>;
  /** Of the nodes of the graph or body that is being inferred. */
  readonly bodies: Map<GraphNode, readonly InferredBody[]>;
  /** Operators without a rule whose shape the file does not declare either: nodes by operator. */
  readonly unknownOperators: Map<string, GraphNode[]>;
  readonly conflicts: string[];
  /** Sizes, or numbers of elements, that would have to be equal and are not. */
  readonly mismatches: (readonly [number, number])[];
  readonly depth: number;
  /** Nodes of bodies that may still be inferred: functions that call functions multiply. */
  readonly budget: { left: number };
}

export function lookUp(scope: Scope | null, name: string): ValueFacts {
  for (let current = scope; current !== null; current = current.parent) {
    const facts = current.facts.get(name);
    if (facts !== undefined) {
      return facts;
    }
  }
  return NOTHING_KNOWN;
}

/** Version of an operator set; 1 when the file does not name the domain. */
export function readOpset(opsets: OperatorSets, domain: string): number {
  const isDefault = domain === '' || domain === 'ai.onnx';
  return (isDefault ? (opsets.get('') ?? opsets.get('ai.onnx')) : opsets.get(domain)) ?? 1;
}
