import { expect } from 'vitest';
import { extendModel } from './extendModel';
import { Random } from './random';
import type { RunModel, Values } from './runModel';
import { loadModel } from './runModel';
import { TestGraph } from './testGraph';

/** Values that stay clear of the kinks: multiples of 0.2, where the cases put theirs, lie 0.1 away from all of them. */
export type InputKind = 'lattice' | 'distinct' | 'positive';

export interface DerivativeCase {
  readonly opset: number;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly kind?: InputKind;
  /** Builds the graph from its inputs; returns the values that count as outputs. */
  readonly build: (graph: TestGraph, inputs: readonly string[]) => readonly string[];
  /** The model leaves the first dimension of the first input free. */
  readonly isBatchFree?: boolean;
  /** The operator computes in float32 whatever its type. */
  readonly isSingleOnly?: boolean;
  /** Inputs to differentiate; all by default. */
  readonly wrt?: readonly string[];
}

interface Precision {
  readonly elementType: 'float32' | 'float64';
  readonly optimization: 'basic' | 'all';
  readonly step: number;
  /** Largest error relative to the largest element. */
  readonly tolerance: number;
}

/** Rounding over a step of 0.03 costs 1e-5; all of the runtime's fusions are at work. */
const SINGLE: Precision = { elementType: 'float32', optimization: 'all', step: 0.03, tolerance: 1e-3 };
/** Some of the runtime's fusions are wrong for doubles (they read constants as float32). */
const DOUBLE: Precision = { elementType: 'float64', optimization: 'basic', step: 1e-3, tolerance: 1e-6 };

/**
 * Compares the derivative of Σ seed ∘ y, random seeds, with central differences of fourth order: in float32, and in
 * doubles too where ONNX Runtime has the kernels.
 */
export async function checkDerivative(test: DerivativeCase, seed: number): Promise<void> {
  await check(test, seed, SINGLE);
  if (test.isSingleOnly !== true) {
    await check(test, seed, DOUBLE).catch((error: unknown) => {
      if (!/NOT_IMPLEMENTED|Could not find an implementation/.test(String(error))) {
        throw error;
      }
    });
  }
}

async function check(test: DerivativeCase, seed: number, precision: Precision): Promise<void> {
  const { elementType, optimization, step, tolerance } = precision;
  const random = new Random(seed);
  const graph = new TestGraph(test.opset, random, elementType);
  const names = Object.keys(test.inputs);
  names.forEach((name, position) => {
    const [first, ...rest] = test.inputs[name];
    const isFree = test.isBatchFree === true && position === 0;
    graph.input(name, isFree ? ['N', ...rest] : [first, ...rest].filter((size) => size !== undefined));
  });
  const outputs = test.build(graph, names);
  outputs.forEach((name) => graph.output(name));
  const wrt = test.wrt ?? names;
  const { bytes, gradient } = await extendModel(graph.toBytes(), { target: { kind: 'weighted', outputs }, wrt });
  const run = await loadModel(bytes, optimization);
  const forward = await loadModel(graph.toBytes(), optimization);
  const feeds: Record<string, Values> = {};
  for (const [name, dims] of Object.entries(test.inputs)) {
    feeds[name] = { dims, data: chooseValues(random, dims, test.kind ?? 'lattice'), type: elementType };
  }
  const shapes = await forward.shapes(feeds);
  const seeds = outputs.map((name) => {
    const count = shapes[name].reduce((product, size) => product * size, 1);
    return Float64Array.from({ length: count }, () => random.between(-1, 1));
  });
  const results = await run({
    ...feeds,
    ...Object.fromEntries(
      gradient.inputs.seeds.map((name, position) => [
        name,
        { dims: shapes[outputs[position]], data: seeds[position], type: elementType },
      ]),
    ),
  });
  const measure = (changed: Readonly<Record<string, Values>>) => sumWeighted(forward, changed, outputs, seeds);
  for (const [position, name] of wrt.entries()) {
    const found = results[gradient.gradients[position]];
    const expected = await differentiate(measure, feeds, name, step);
    expect(found.length, name).toBe(expected.length);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-2);
    const worst = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - found[index])), 0);
    expect(Array.from(found).every(Number.isFinite), `${name} is finite`).toBe(true);
    expect(worst / largest, `${elementType} ${name}: [${format(found)}] for [${format(expected)}]`).toBeLessThan(
      tolerance,
    );
  }
}

function format(values: Float64Array): string {
  return Array.from(values.subarray(0, 24), (value) => value.toPrecision(4)).join(' ');
}

async function sumWeighted(
  run: RunModel,
  feeds: Readonly<Record<string, Values>>,
  outputs: readonly string[],
  seeds: readonly Float64Array[],
): Promise<number> {
  const results = await run(feeds);
  return outputs.reduce(
    (total, name, position) =>
      total + results[name].reduce((sum, value, index) => sum + value * seeds[position][index], 0),
    0,
  );
}

/** (f(x − 2h) − 8f(x − h) + 8f(x + h) − f(x + 2h))/12h, element by element. */
async function differentiate(
  measure: (feeds: Readonly<Record<string, Values>>) => Promise<number>,
  feeds: Readonly<Record<string, Values>>,
  name: string,
  step: number,
): Promise<Float64Array> {
  const { dims, data, type } = feeds[name];
  const derivative = new Float64Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const at = async (offset: number) => {
      const moved = Float64Array.from(data);
      moved[index] += offset;
      return measure({ ...feeds, [name]: { dims, data: moved, ...(type === undefined ? {} : { type }) } });
    };
    const near = (await at(step)) - (await at(-step));
    const far = (await at(2 * step)) - (await at(-2 * step));
    derivative[index] = (8 * near - far) / (12 * step);
  }
  return derivative;
}

function chooseValues(random: Random, dims: readonly number[], kind: InputKind): Float64Array {
  const count = dims.reduce((product, size) => product * size, 1);
  if (kind === 'distinct') {
    const all = Array.from({ length: count }, (_, index) => (index - Math.floor(count / 2) + 0.5) * 0.2);
    return Float64Array.from(random.shuffle(all));
  }
  const first = kind === 'positive' ? 2 : -6;
  return Float64Array.from({ length: count }, () => (random.integer(first, 7) + 0.5) * 0.2);
}
