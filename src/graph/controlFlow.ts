import { readInt, readInts } from './attributes';
import type { Inference, InferredBody, Scope } from './inference';
import { lookUp } from './inference';
import type { Graph, GraphNode } from './model';
import type { OperatorCall, PartialShape, ValueFacts } from './valueFacts';
import { NOTHING_KNOWN, normalizeAxis, numbersOf } from './valueFacts';

/** Fills a scope with what a sub-graph defines; returns what the nodes inside run. */
export type InferSubgraph = (inference: Inference, graph: Graph, scope: Scope) => Inference['bodies'];

/** A sub-graph with its inputs filled in and everything inside inferred. */
interface RunScope extends Scope {
  readonly bodies: InferredBody['bodies'];
}

/** A loop-carried shape that changes from turn to turn settles within this many rounds, unknown where it differs. */
const MAXIMUM_ROUNDS = 4;

function isControlFlow(node: GraphNode): boolean {
  return node.domain === '' && ['If', 'Loop', 'Scan'].includes(node.opType);
}

/** Outputs of If, Loop and Scan through their bodies; null for any other operator. */
export function inferControlFlow(
  inference: Inference,
  call: OperatorCall,
  scope: Scope,
  inferSubgraph: InferSubgraph,
): readonly ValueFacts[] | null {
  if (!isControlFlow(call.node)) {
    return null;
  }
  const run = (graph: Graph, inputs: readonly ValueFacts[]): RunScope => {
    const facts = new Map(graph.inputs.map((input, index) => [input.name, declaredOr(inputs[index], input)]));
    const inner: Scope = { facts, parent: scope };
    return { ...inner, bodies: inferSubgraph(inference, graph, inner) };
  };
  switch (call.node.opType) {
    case 'If':
      return inferIf(inference, call, run);
    case 'Loop':
      return inferLoop(inference, call, run);
    default:
      return inferScan(inference, call, run);
  }
}

type RunBody = (graph: Graph, inputs: readonly ValueFacts[]) => RunScope;

function declaredOr(given: ValueFacts | undefined, declared: Graph['inputs'][number]): ValueFacts {
  const facts = given ?? NOTHING_KNOWN;
  return { ...facts, elementType: facts.elementType ?? declared.elementType };
}

function readGraph(node: GraphNode, name: string): Graph | null {
  const attribute = node.attributes.get(name);
  return attribute?.type === 'graph' ? attribute.value : null;
}

function outputsOf(graph: Graph, scope: Scope): ValueFacts[] {
  return graph.outputs.map(({ name }) => lookUp(scope, name));
}

/** A condition that is known decides; otherwise what both branches agree on. */
function inferIf(inference: Inference, call: OperatorCall, run: RunBody): readonly ValueFacts[] {
  const condition = numbersOf(call, 0)?.[0];
  const names =
    condition === undefined ? ['then_branch', 'else_branch'] : [condition === 0 ? 'else_branch' : 'then_branch'];
  const branches = names.flatMap((name) => readGraph(call.node, name) ?? []);
  const scopes = branches.map((graph) => run(graph, []));
  inference.bodies.set(
    call.node,
    branches.map((graph, index) => toBody('branch', 1, call.node, graph, scopes[index], [], 0)),
  );
  const results = branches.map((graph, index) => outputsOf(graph, scopes[index]));
  return call.node.outputs.map((_, index) =>
    results.map((outputs) => outputs[index] ?? NOTHING_KNOWN).reduce(mergeFacts),
  );
}

function toBody(
  kind: InferredBody['kind'],
  times: number | null,
  node: GraphNode,
  graph: Graph,
  scope: RunScope,
  inputNames: readonly string[],
  skippedOutputs: number,
): InferredBody {
  return {
    kind,
    times,
    nodes: graph.nodes,
    graph,
    inputs: graph.inputs.flatMap(({ name }, index) => (inputNames[index] ? [[name, inputNames[index]] as const] : [])),
    outputs: graph.outputs.slice(skippedOutputs).flatMap(({ name }, index) => {
      const outer = node.outputs[index];
      return outer ? [[name, outer] as const] : [];
    }),
    bodies: scope.bodies,
    factsOf: (name) => lookUp(scope, name),
  };
}

/** What holds for both. */
function mergeFacts(a: ValueFacts, b: ValueFacts): ValueFacts {
  const sameRank = a.shape !== null && b.shape?.length === a.shape.length;
  const shape = sameRank ? (a.shape?.map((size, axis) => (size === b.shape?.[axis] ? size : null)) ?? null) : null;
  return { elementType: a.elementType ?? b.elementType, shape, value: sameValue(a, b) ? a.value : null };
}

function sameValue(a: ValueFacts, b: ValueFacts): boolean {
  return a.value !== null && b.value !== null && a.value.data.join() === b.value.data.join();
}

/** Inputs M, condition, carried values; body: iteration, condition, carried → condition, carried, scanned. */
function inferLoop(inference: Inference, call: OperatorCall, run: RunBody): readonly ValueFacts[] {
  const body = readGraph(call.node, 'body');
  if (body === null) {
    return [];
  }
  const iteration: ValueFacts = { elementType: 'int64', shape: [], value: null };
  const condition: ValueFacts = { elementType: 'bool', shape: [], value: call.inputs[1]?.value ?? null };
  const initial = call.inputs.slice(2).map((facts) => facts ?? NOTHING_KNOWN);
  const { scope, carried } = settle(body, initial, 1, (values) => run(body, [iteration, condition, ...values]));
  const outputs = outputsOf(body, scope);
  const times = countTurns(call, outputs[0]);
  inference.bodies.set(call.node, [toBody('loop', times, call.node, body, scope, call.node.inputs, 1)]);
  const scanned = outputs.slice(1 + carried.length).map((facts) => stack(facts, times, 0));
  return [...carried, ...scanned];
}

/** Runs a body until its carried shapes no longer change; contents are forgotten, as each turn may change them. */
function settle(
  body: Graph,
  initial: readonly ValueFacts[],
  skipped: number,
  run: (carried: readonly ValueFacts[]) => RunScope,
): { scope: RunScope; carried: readonly ValueFacts[] } {
  let carried = initial.map((facts) => ({ ...facts, value: null }));
  for (let round = 1; ; round++) {
    const scope = run(carried);
    const outputs = outputsOf(body, scope).slice(skipped, skipped + carried.length);
    const merged = carried.map((facts, index) => ({
      ...mergeFacts(facts, outputs[index] ?? NOTHING_KNOWN),
      value: null,
    }));
    const settled = merged.every((facts, index) => facts.shape?.join() === carried[index].shape?.join());
    carried = round < MAXIMUM_ROUNDS ? merged : merged.map((facts) => (settled ? facts : { ...facts, shape: null }));
    if (settled || round > MAXIMUM_ROUNDS) {
      return { scope, carried };
    }
  }
}

/** The trip count when it is known and the loop cannot end before it. */
function countTurns(call: OperatorCall, condition: ValueFacts | undefined): number | null {
  const limit = numbersOf(call, 0)?.[0];
  if (limit === undefined) {
    return null;
  }
  const conditional = call.inputs[1] !== null && call.inputs[1] !== undefined;
  return !conditional || condition?.value?.data[0] === 1 ? limit : null;
}

function stack(facts: ValueFacts, length: number | null, axis: number): ValueFacts {
  if (facts.shape === null) {
    return { ...facts, value: null };
  }
  const position = axis < 0 ? axis + facts.shape.length + 1 : axis;
  const shape = [...facts.shape.slice(0, position), length, ...facts.shape.slice(position)];
  return { elementType: facts.elementType, shape, value: null };
}

/** State variables, then sequences that are cut along their scan axis; outputs likewise (opset 9 and later). */
function inferScan(inference: Inference, call: OperatorCall, run: RunBody): readonly ValueFacts[] {
  const body = readGraph(call.node, 'body');
  const sequences = readInt(call.node, 'num_scan_inputs') ?? 0;
  if (body === null || call.opset < 9) {
    return [];
  }
  const states = call.inputs.length - sequences;
  const initial = call.inputs.slice(0, states).map((facts) => facts ?? NOTHING_KNOWN);
  const axes = readInts(call.node, 'scan_input_axes');
  const cuts = call.inputs.slice(states).map((facts, index) => cut(facts ?? NOTHING_KNOWN, axes?.[index] ?? 0));
  const { scope, carried } = settle(body, initial, 0, (values) =>
    run(body, [...values, ...cuts.map(({ rest }) => rest)]),
  );
  const times = cuts.find(({ length }) => length !== null)?.length ?? null;
  inference.bodies.set(call.node, [toBody('loop', times, call.node, body, scope, call.node.inputs, 0)]);
  const outputAxes = readInts(call.node, 'scan_output_axes');
  const scanned = outputsOf(body, scope).slice(states);
  return [...carried, ...scanned.map((facts, index) => stack(facts, times, outputAxes?.[index] ?? 0))];
}

function cut(facts: ValueFacts, axis: number): { rest: ValueFacts; length: number | null } {
  if (facts.shape === null) {
    return { rest: { ...facts, value: null }, length: null };
  }
  const position = normalizeAxis(axis, facts.shape.length);
  const shape: PartialShape = facts.shape.filter((_, index) => index !== position);
  return { rest: { elementType: facts.elementType, shape, value: null }, length: facts.shape[position] };
}
