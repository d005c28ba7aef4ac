import type { Inference, Scope } from './inference';
import type { Graph } from './model';
import type { RunBody } from './runBody';
import { follow, mergeFacts, outputsOf, readGraph, settle, stack, toBody } from './runBody';
import { inferScan, inferSequenceMap } from './scan';
import type { OperatorCall, ValueFacts } from './valueFacts';
import { NOTHING_KNOWN, numbersOf } from './valueFacts';

/** Loops are followed turn by turn while no more nodes than this are inferred. */
const MAXIMUM_FOLLOWED_NODES = 4096;

/** Fills a scope with what a sub-graph defines; returns what the nodes inside run. */
export type InferSubgraph = (inference: Inference, graph: Graph, scope: Scope) => Inference['bodies'];

type InferBodies = (inference: Inference, call: OperatorCall, run: RunBody) => readonly ValueFacts[];

const CONTROL_FLOW: ReadonlyMap<string, InferBodies> = new Map([
  ['If', inferIf],
  ['Loop', inferLoop],
  ['Scan', inferScan],
  ['SequenceMap', inferSequenceMap],
]);

/** Outputs of If, Loop, Scan and SequenceMap through their bodies; null for any other operator. */
export function inferControlFlow(
  inference: Inference,
  call: OperatorCall,
  scope: Scope,
  inferSubgraph: InferSubgraph,
): readonly ValueFacts[] | null {
  const infer = call.node.domain === '' ? CONTROL_FLOW.get(call.node.opType) : undefined;
  if (infer === undefined) {
    return null;
  }
  return infer(inference, call, (graph, inputs) => {
    const facts = new Map(graph.inputs.map((input, index) => [input.name, declaredOr(inputs[index], input)]));
    const inner: Scope = { facts, parent: scope };
    return { ...inner, bodies: inferSubgraph(inference, graph, inner) };
  });
}

function declaredOr(given: ValueFacts | undefined, declared: Graph['inputs'][number]): ValueFacts {
  const facts = given ?? NOTHING_KNOWN;
  return { ...facts, elementType: facts.elementType ?? declared.elementType };
}

/** A condition that is known decides; otherwise what both branches agree on. */
function inferIf(inference: Inference, call: OperatorCall, run: RunBody): readonly ValueFacts[] {
  const { node } = call;
  const condition = numbersOf(call, 0)?.[0];
  const names =
    condition === undefined ? ['then_branch', 'else_branch'] : [condition === 0 ? 'else_branch' : 'then_branch'];
  const branches = names.flatMap((name) => readGraph(node, name) ?? []);
  if (branches.length === 0) {
    return [];
  }
  const scopes = branches.map((graph) => run(graph, []));
  inference.bodies.set(
    node,
    branches.map((graph, index) =>
      toBody(graph, scopes[index], {
        kind: 'branch',
        times: 1,
        node,
        inputNames: [],
        skippedOutputs: 0,
        roleOf: () => 'same',
      }),
    ),
  );
  const results = branches.map((graph, index) => outputsOf(graph, scopes[index]));
  return node.outputs.map((_, index) => results.map((outputs) => outputs[index] ?? NOTHING_KNOWN).reduce(mergeFacts));
}

/** Inputs M, condition, carried values; body: iteration, condition, carried → condition, carried, scanned. */
function inferLoop(inference: Inference, call: OperatorCall, run: RunBody): readonly ValueFacts[] {
  const { node } = call;
  const body = readGraph(node, 'body');
  if (body === null) {
    return [];
  }
  const iteration: ValueFacts = { elementType: 'int64', shape: [], value: null };
  const condition: ValueFacts = { elementType: 'bool', shape: [], value: call.inputs[1]?.value ?? null };
  const initial = call.inputs.slice(2).map((facts) => facts ?? NOTHING_KNOWN);
  const turn = (values: readonly ValueFacts[]) => {
    const scope = run(body, [iteration, condition, ...values]);
    return { scope, next: outputsOf(body, scope).slice(1, 1 + values.length) };
  };
  const { scope, carried } = settle(initial, turn);
  const outputs = outputsOf(body, scope);
  const times = countTurns(call, outputs[0]);
  inference.bodies.set(node, [
    toBody(body, scope, {
      kind: 'loop',
      times,
      node,
      inputNames: node.inputs,
      skippedOutputs: 1,
      roleOf: (position) => (position < carried.length ? 'carried' : 'stacked'),
    }),
  ]);
  const scanned = outputs.slice(1 + carried.length).map((facts) => stack(facts, times, 0));
  const isShort = times !== null && times * Math.max(1, body.nodes.length) <= MAXIMUM_FOLLOWED_NODES;
  return [...(isShort && !carried.every(isKnown) ? follow(initial, times, turn) : carried), ...scanned];
}

function isKnown({ shape, sequence }: ValueFacts): boolean {
  return sequence === undefined ? (shape?.every((size) => size !== null) ?? false) : sequence.items !== null;
}

/** The trip count when it is known and the loop cannot end before it. */
function countTurns(call: OperatorCall, condition: ValueFacts | undefined): number | null {
  const limit = numbersOf(call, 0)?.[0];
  if (limit === undefined) {
    return null;
  }
  const conditional = call.inputs[1] !== null && call.inputs[1] !== undefined;
  return !conditional || condition?.value?.data[0] === 1 ? Math.max(0, limit) : null;
}
