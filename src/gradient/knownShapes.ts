import type { ConstantValue, InferredGraph } from '../graph/inferShapes';
import { inferShapes } from '../graph/inferShapes';
import type { Dimension, ElementType, Model, Shape } from '../graph/model';

/** A size that holds for every input the model takes, or null where a run decides. */
export type Sizes = readonly (number | null)[];

const others = new WeakMap<InferredGraph, InferredGraph>();

/**
 * What is known of values whatever the batch and other free dimensions are. Shapes are inferred twice, with different
 * sizes for the free dimensions: what comes out equal does not depend on them.
 */
export class KnownShapes {
  readonly #bound: InferredGraph;
  readonly #model: Model;

  constructor(model: Model, bound: InferredGraph) {
    this.#model = model;
    this.#bound = bound;
  }

  /** Inferred when first asked for, once for all methods and layers that are tried. */
  get #other(): InferredGraph {
    const other = others.get(this.#bound) ?? inferDifferently(this.#model, this.#bound);
    others.set(this.#bound, other);
    return other;
  }

  /** null: not even the rank is known. */
  sizes(name: string): Sizes | null {
    const [one, other] = [this.#bound.facts.get(name)?.shape, this.#other.facts.get(name)?.shape];
    if (!one || other?.length !== one.length) {
      return null;
    }
    return one.map((size, axis) => (typeof size === 'number' && size === other[axis] ? size : null));
  }

  /** Whether two dimensions are known to have the same size in every run. */
  areEqual(a: string, axisA: number, b: string, axisB: number): boolean {
    const pairs = this.#pairs(a, axisA, b, axisB);
    return pairs?.every(([one, other]) => one === other) ?? false;
  }

  /** Whether one dimension of `value` is repeated to one of `wider`; null: nobody knows before a run. */
  isRepeated(value: string, axis: number, wider: string, widerAxis: number): boolean | null {
    const pairs = this.#pairs(value, axis, wider, widerAxis);
    if (pairs?.every(([size, target]) => size === target)) {
      return false;
    }
    return pairs?.every(([size]) => size === 1) ? true : null;
  }

  /** Both sizes in either inference. */
  #pairs(a: string, axisA: number, b: string, axisB: number): readonly (readonly [number, number])[] | null {
    const pairs: [number, number][] = [];
    for (const { facts } of [this.#bound, this.#other]) {
      const [one, other] = [facts.get(a)?.shape?.[axisA], facts.get(b)?.shape?.[axisB]];
      if (typeof one !== 'number' || typeof other !== 'number') {
        return null;
      }
      pairs.push([one, other]);
    }
    return pairs;
  }

  /** A value that is the same in every run. */
  constant(name: string): ConstantValue | null {
    const [one, other] = [this.#bound.constants.get(name), this.#other.constants.get(name)];
    const isFixed = one !== undefined && other !== undefined && areSame(one.data, other.data);
    return isFixed && areSame(one.dims, other.dims) ? one : null;
  }

  elementType(name: string): ElementType | null {
    return this.#bound.facts.get(name)?.elementType ?? null;
  }
}

function areSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((value, index) => Object.is(value, other[index]));
}

/** Changes all free dimensions; where the model then no longer fits together, only the batch; else none. */
function inferDifferently(model: Model, bound: InferredGraph): InferredGraph {
  for (const isChanged of [() => true, (axis: number) => axis === 0]) {
    const changed: Record<string, readonly number[]> = {};
    for (const { name, shape } of model.graph.inputs) {
      const sizes = bound.boundInputs.get(name);
      if (sizes !== undefined && shape?.some(isFree)) {
        changed[name] = sizes.map((size, axis) => (isFree(shape[axis]) && isChanged(axis) ? change(size) : size));
      }
    }
    if (Object.keys(changed).length === 0) {
      return bound;
    }
    const other = inferShapes(model, changed);
    if ([...bound.facts].every(([name, { shape }]) => isAsKnown(shape, other.facts.get(name)?.shape ?? null))) {
      return other;
    }
  }
  return bound;
}

function isFree(dimension: Dimension): boolean {
  return typeof dimension !== 'number' || dimension < 0;
}

/** One size for one symbol wherever it occurs; images stay multiples of 32, so that strides still divide them. */
function change(size: number): number {
  return size < 32 ? size + 2 : size + 64;
}

function isAsKnown(shape: Shape, other: Shape): boolean {
  return shape === null || other?.length === shape.length;
}
