import type { InferredBody, OutputRole, Scope } from './inference';
import { lookUp } from './inference';
import type { Graph, GraphNode } from './model';
import type { PartialShape, SequenceFacts, ValueFacts } from './valueFacts';
import { mergeShapes, NOTHING_KNOWN, normalizeAxis } from './valueFacts';

/** A sub-graph with its inputs filled in and everything inside inferred. */
export interface RunScope extends Scope {
  readonly bodies: InferredBody['bodies'];
}

export type RunBody = (graph: Graph, inputs: readonly ValueFacts[]) => RunScope;

/** A loop-carried shape that changes from turn to turn settles within this many rounds, unknown where it differs. */
const MAXIMUM_ROUNDS = 4;

export function readGraph(node: GraphNode, name: string): Graph | null {
  const attribute = node.attributes.get(name);
  return attribute?.type === 'graph' ? attribute.value : null;
}

export function outputsOf(graph: Graph, scope: Scope): ValueFacts[] {
  return graph.outputs.map(({ name }) => lookUp(scope, name));
}

/** How a body is run: which names of the node go in, and which outputs of the body do not come out. */
interface BodyUse extends Pick<InferredBody, 'kind' | 'times'> {
  readonly node: GraphNode;
  readonly inputNames: readonly string[];
  readonly skippedOutputs: number;
  /** Of the others, by position. */
  readonly roleOf: (position: number) => OutputRole;
}

export function toBody(graph: Graph, scope: RunScope, use: BodyUse): InferredBody {
  const { kind, times, node, inputNames, skippedOutputs, roleOf } = use;
  return {
    kind,
    times,
    nodes: graph.nodes,
    opsets: null,
    graph,
    inputs: graph.inputs.flatMap(({ name }, index) => (inputNames[index] ? [[name, inputNames[index]] as const] : [])),
    outputs: graph.outputs.slice(skippedOutputs).flatMap(({ name }, index) => {
      const outer = node.outputs[index];
      return outer ? [[name, outer, roleOf(index)] as const] : [];
    }),
    bodies: scope.bodies,
    factsOf: (name) => lookUp(scope, name),
  };
}

/** What holds for both. */
export function mergeFacts(a: ValueFacts, b: ValueFacts): ValueFacts {
  return {
    elementType: a.elementType ?? b.elementType,
    shape: mergeShapes(a.shape, b.shape),
    value: sameValue(a, b) ? a.value : null,
    sequence: a.sequence && b.sequence && mergeSequences(a.sequence, b.sequence),
  };
}

/** An empty sequence says nothing about the tensors that others hold. */
function mergeSequences(a: SequenceFacts, b: SequenceFacts): SequenceFacts {
  const sameLength = a.items !== null && a.items.length === b.items?.length;
  return {
    elementType: a.elementType ?? b.elementType,
    items: sameLength ? (a.items?.map((shape, index) => mergeShapes(shape, b.items?.[index] ?? null)) ?? null) : null,
    common: a.items?.length === 0 ? b.common : b.items?.length === 0 ? a.common : mergeShapes(a.common, b.common),
  };
}

function sameValue(a: ValueFacts, b: ValueFacts): boolean {
  return a.value !== null && b.value !== null && a.value.data.join() === b.value.data.join();
}

type RunTurn = (carried: readonly ValueFacts[]) => { readonly scope: RunScope; readonly next: readonly ValueFacts[] };

/** Each turn may change what a carried value holds. */
const forget = (facts: ValueFacts): ValueFacts => ({ ...facts, value: null });
const isSame = (a: ValueFacts, b: ValueFacts | undefined) =>
  a.shape?.join() === b?.shape?.join() && JSON.stringify(a.sequence) === JSON.stringify(b?.sequence);

/** Runs a body until its carried shapes no longer change: what holds in every turn, and after the last one. */
export function settle(
  initial: readonly ValueFacts[],
  run: RunTurn,
): { scope: RunScope; carried: readonly ValueFacts[] } {
  let carried = initial.map(forget);
  for (let round = 1; ; round++) {
    const { scope, next } = run(carried);
    const merged = carried.map((facts, index) => forget(mergeFacts(facts, next[index] ?? NOTHING_KNOWN)));
    const settled = merged.every((facts, index) => isSame(facts, carried[index]));
    carried =
      round < MAXIMUM_ROUNDS
        ? merged
        : merged.map((facts) => (settled ? facts : { ...facts, shape: null, sequence: undefined }));
    if (settled || round > MAXIMUM_ROUNDS) {
      return { scope, carried };
    }
  }
}

/** The carried values after exactly `turns` turns; ends early where nothing changes any more. */
export function follow(initial: readonly ValueFacts[], turns: number, run: RunTurn): readonly ValueFacts[] {
  let carried = initial.map(forget);
  for (let turn = 0; turn < turns; turn++) {
    const { next } = run(carried);
    const after = carried.map((_, index) => forget(next[index] ?? NOTHING_KNOWN));
    if (after.every((facts, index) => isSame(facts, carried[index]))) {
      return after;
    }
    carried = after;
  }
  return carried;
}

/** One result per turn, along a new axis. */
export function stack(facts: ValueFacts, length: number | null, axis: number): ValueFacts {
  if (facts.shape === null) {
    return { ...facts, value: null };
  }
  const position = normalizeAxis(axis, facts.shape.length + 1);
  const shape = [...facts.shape.slice(0, position), length, ...facts.shape.slice(position)];
  return { elementType: facts.elementType, shape, value: null };
}

/** One slice of a value along an axis, and how many there are. */
export function cut(facts: ValueFacts, axis: number): { readonly rest: ValueFacts; readonly length: number | null } {
  if (facts.shape === null) {
    return { rest: { ...facts, value: null }, length: null };
  }
  const position = normalizeAxis(axis, facts.shape.length);
  const shape: PartialShape = facts.shape.filter((_, index) => index !== position);
  return { rest: { elementType: facts.elementType, shape, value: null }, length: facts.shape[position] };
}
