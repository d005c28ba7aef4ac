import { readInt, readInts } from './attributes';
import type { Inference } from './inference';
import type { RunBody } from './runBody';
import { cut, outputsOf, readGraph, settle, stack, toBody } from './runBody';
import { listOf } from './shapeRules/sequence';
import type { OperatorCall, SequenceFacts, ValueFacts } from './valueFacts';
import { NOTHING_KNOWN } from './valueFacts';

/**
 * State variables, then sequences that are cut along their scan axis; outputs likewise. Before opset 9 the first input
 * holds lengths, every other one has a batch in front, and sequences run along axis 1.
 */
export function inferScan(inference: Inference, call: OperatorCall, run: RunBody): readonly ValueFacts[] {
  const body = readGraph(call.node, 'body');
  if (body === null) {
    return [];
  }
  const skipped = call.opset < 9 ? 1 : 0;
  const given = call.inputs.slice(skipped).map((facts) => facts ?? NOTHING_KNOWN);
  const batches = skipped === 0 ? null : given.map((facts) => cut(facts, 0));
  const inputs = batches?.map(({ rest }) => rest) ?? given;
  const states = inputs.length - (readInt(call.node, 'num_scan_inputs') ?? 0);
  const axes = readInts(call.node, 'scan_input_axes');
  const cuts = inputs.slice(states).map((facts, index) => cut(facts, axes?.[index] ?? 0));
  const { scope, carried } = settle(inputs.slice(0, states), (values) => {
    const inner = run(body, [...values, ...cuts.map(({ rest }) => rest)]);
    return { scope: inner, next: outputsOf(body, inner).slice(0, states) };
  });
  const times = cuts.find(({ length }) => length !== null)?.length ?? null;
  const inputNames = call.node.inputs.slice(skipped);
  inference.bodies.set(call.node, [
    toBody(body, scope, {
      kind: 'loop',
      times,
      node: call.node,
      inputNames,
      skippedOutputs: 0,
      roleOf: (position) => (position < states ? 'carried' : 'stacked'),
    }),
  ]);
  const outputAxes = readInts(call.node, 'scan_output_axes');
  const scanned = outputsOf(body, scope).slice(states);
  const outputs = [...carried, ...scanned.map((facts, index) => stack(facts, times, outputAxes?.[index] ?? 0))];
  const batch = batches?.find(({ length }) => length !== null)?.length ?? null;
  return batches === null ? outputs : outputs.map((facts) => stack(facts, batch, 0));
}

/** The body runs for each tensor of the first sequence; other sequences go along with it, tensors stay the same. */
export function inferSequenceMap(inference: Inference, call: OperatorCall, run: RunBody): readonly ValueFacts[] {
  const body = readGraph(call.node, 'body');
  const first = call.inputs[0]?.sequence;
  if (body === null || first === undefined) {
    return [];
  }
  const itemOf = ({ elementType, common, items }: SequenceFacts, index: number | null): ValueFacts => ({
    elementType,
    shape: index === null ? common : (items?.[index] ?? common),
    value: null,
  });
  const runFor = (index: number | null) =>
    run(
      body,
      call.inputs.map((facts) => (facts?.sequence ? itemOf(facts.sequence, index) : (facts ?? NOTHING_KNOWN))),
    );
  const scope = runFor(null);
  const common = outputsOf(body, scope);
  const times = first.items?.length ?? null;
  inference.bodies.set(call.node, [
    toBody(body, scope, {
      kind: 'loop',
      times,
      node: call.node,
      inputNames: call.node.inputs,
      skippedOutputs: 0,
      roleOf: () => 'collected',
    }),
  ]);
  const isUniform = first.items?.every((shape) => shape?.join() === first.common?.join()) ?? true;
  const results = isUniform ? null : first.items?.map((_, index) => outputsOf(body, runFor(index)));
  return common.map(({ elementType, shape }, output) => {
    const items = results?.map((facts) => facts[output].shape) ?? first.items?.map(() => shape);
    const sequence = items && listOf(elementType, items).sequence;
    return { ...NOTHING_KNOWN, sequence: sequence ?? { elementType, items: null, common: shape } };
  });
}
