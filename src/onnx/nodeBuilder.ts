import { toDataType } from '../graph/elementTypes';
import type { ElementType } from '../graph/model';
import type {
  EmittedAttribute,
  EmittedNode,
  EmittedTensor,
  EmittedValue,
  ExternalRange,
  GraphExtension,
} from './graphExtension';
import { floatTensor, int64Tensor, RESERVED_PREFIX } from './graphExtension';

export type Reduction = `Reduce${'Sum' | 'Mean' | 'Max' | 'Min' | 'Prod' | 'L1' | 'L2'}`;

/**
 * Collects nodes written for one version of the default operator set. Every method returns the name of the value it
 * makes. Only operators of ai.onnx are used, in forms that exist from operator set 7 on.
 */
export class NodeBuilder {
  readonly opset: number;
  readonly #nodes: EmittedNode[] = [];
  readonly #initializers = new Map<string, EmittedTensor>();
  readonly #inputs: EmittedValue[] = [];
  readonly #outputs: EmittedValue[] = [];
  #count = 0;

  constructor(opset: number) {
    this.opset = opset;
  }

  /** Appends a node; `name` is given to its first output when the output is meant to be found again. */
  add(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, EmittedAttribute>> = {},
    name?: string,
  ): string {
    return this.addAll(opType, inputs, attributes, 1, name)[0] ?? '';
  }

  addAll(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, EmittedAttribute>>,
    outputCount: number,
    name?: string,
    domain = '',
  ): readonly string[] {
    const label = `${RESERVED_PREFIX}${name ?? `${opType}_${this.#count++}`}`;
    const outputs = Array.from({ length: outputCount }, (_, index) => (index === 0 ? label : `${label}.${index}`));
    this.#nodes.push({ opType, domain, name: label, inputs, outputs, attributes });
    return outputs;
  }

  int64(values: readonly number[], dims: readonly number[] = [values.length]): string {
    const name = `${RESERVED_PREFIX}int64_${values.join('_')}_dims_${dims.join('x')}`;
    return this.#keep(name, () => int64Tensor(name, dims, values));
  }

  float32(value: number): string {
    return this.float(value, 'float32');
  }

  /** A scalar of any floating-point type. */
  float(value: number, elementType: ElementType): string {
    const name = `${RESERVED_PREFIX}${elementType}_${value}`;
    return this.#keep(name, () => floatTensor(name, elementType, [], [value]));
  }

  /** A stored floating-point tensor of its own. */
  floats(values: ArrayLike<number>, dims: readonly number[], elementType: ElementType): string {
    const name = `${RESERVED_PREFIX}stored_${this.#count++}`;
    return this.#keep(name, () => floatTensor(name, elementType, dims, values));
  }

  /** A stored tensor whose elements lie in a file. */
  stored(elementType: ElementType, dims: readonly number[], external: ExternalRange): string {
    const name = `${RESERVED_PREFIX}stored_${this.#count++}`;
    return this.#keep(name, () => ({ name, elementType, dims, data: new Uint8Array(), external }));
  }

  /** 0…count−1 as an initializer of the given dimensions. */
  countingTensor(count: number, dims: readonly number[]): string {
    const name = `${RESERVED_PREFIX}count_${count}_dims_${dims.join('x')}`;
    return this.#keep(name, () =>
      int64Tensor(
        name,
        dims,
        Array.from({ length: count }, (_, index) => index),
      ),
    );
  }

  #keep(name: string, create: () => EmittedTensor): string {
    if (!this.#initializers.has(name)) {
      this.#initializers.set(name, create());
    }
    return name;
  }

  /** 0 copies a dimension, −1 takes what is left. */
  reshape(value: string, dims: readonly number[]): string {
    return this.add('Reshape', [value, this.int64(dims)]);
  }

  transpose(value: string, permutation: readonly number[]): string {
    return this.add('Transpose', [value], { perm: { type: 'ints', value: permutation } });
  }

  cast(value: string, type: ElementType): string {
    return this.add('Cast', [value], { to: { type: 'int', value: toDataType(type) } });
  }

  /** Inserts dimensions of size 1; axes moved from an attribute to an input in operator set 13. */
  unsqueeze(value: string, axes: readonly number[]): string {
    return this.opset >= 13
      ? this.add('Unsqueeze', [value, this.int64(axes)])
      : this.add('Unsqueeze', [value], { axes: { type: 'ints', value: axes } });
  }

  squeeze(value: string, axes: readonly number[]): string {
    return this.opset >= 13
      ? this.add('Squeeze', [value, this.int64(axes)])
      : this.add('Squeeze', [value], { axes: { type: 'ints', value: axes } });
  }

  /** Zeros before and after each axis; negative numbers crop. Pads moved from an attribute to an input in set 11. */
  pad(value: string, begin: readonly number[], end: readonly number[]): string {
    const pads = [...begin, ...end];
    return this.opset >= 11
      ? this.add('Pad', [value, this.int64(pads)])
      : this.add('Pad', [value], { pads: { type: 'ints', value: pads } });
  }

  gather(value: string, indices: string, axis = 0): string {
    return this.add('Gather', [value, indices], { axis: { type: 'int', value: axis } });
  }

  /** Repeats a value along dimensions of size 1. `shape`: of the result, of `rank` elements. Expand came with set 8. */
  expand(value: string, shape: string, rank: number, elementType: 'float32' | 'int64'): string {
    if (this.opset >= 8) {
      return this.add('Expand', [value, shape]);
    }
    const one = elementType === 'int64' ? this.int64([1]) : this.float32(1);
    return this.add('Mul', [value, this.add('Tile', [this.reshape(one, Array<number>(rank).fill(1)), shape])]);
  }

  concat(values: readonly string[], axis: number): string {
    return this.add('Concat', values, { axis: { type: 'int', value: axis } });
  }

  /** Axes moved from an attribute to an input in operator set 13 (ReduceSum) and 18 (the others). */
  reduce(opType: Reduction, value: string, axes: readonly number[], keepDims: boolean): string {
    const keepdims: EmittedAttribute = { type: 'int', value: keepDims ? 1 : 0 };
    const isInput = this.opset >= (opType === 'ReduceSum' ? 13 : 18);
    return isInput
      ? this.add(opType, [value, this.int64(axes)], { keepdims })
      : this.add(opType, [value], { axes: { type: 'ints', value: axes }, keepdims });
  }

  /** Bounds moved from attributes to inputs in operator set 10. */
  slice(value: string, start: number, end: number, axis: number): string {
    const ints = (entry: number): EmittedAttribute => ({ type: 'ints', value: [entry] });
    return this.opset >= 10
      ? this.add('Slice', [value, this.int64([start]), this.int64([end]), this.int64([axis])])
      : this.add('Slice', [value], { starts: ints(start), ends: ints(end), axes: ints(axis) });
  }

  /** result[i] = value[i + by] along one axis of `size` elements, zero beyond the ends. */
  move(value: string, axis: number, by: number, size: number): string {
    const distance = Math.min(Math.abs(by), size);
    if (distance === 0) {
      return value;
    }
    const kept = by > 0 ? this.slice(value, distance, size, axis) : this.slice(value, 0, size - distance, axis);
    const edge = by > 0 ? this.slice(value, 0, distance, axis) : this.slice(value, size - distance, size, axis);
    const zeros = this.add('Mul', [edge, this.float32(0)]);
    return this.concat(by > 0 ? [kept, zeros] : [zeros, kept], axis);
  }

  /** Indices of the largest elements of the last axis; k moved from an attribute to an input in operator set 10. */
  topIndices(value: string, count: number): string {
    const axis: EmittedAttribute = { type: 'int', value: -1 };
    const [, indices = ''] =
      this.opset >= 10
        ? this.addAll('TopK', [value, this.int64([count])], { axis }, 2)
        : this.addAll('TopK', [value], { axis, k: { type: 'int', value: count } }, 2);
    return indices;
  }

  /** A·Bᵀ for matrices; C became optional in operator set 11. */
  multiplyTransposed(left: string, right: string): string {
    const inputs = this.opset >= 11 ? [left, right] : [left, right, this.float32(0)];
    return this.add('Gemm', inputs, { transB: { type: 'int', value: 1 } });
  }

  /** One dimension of a value as an int64 tensor of one element. */
  dimension(value: string, axis: number): string {
    return this.slice(this.add('Shape', [value]), axis, axis + 1, 0);
  }

  /** Numbers 0…n−1 where n is only known when the model runs; int64 [1, n]. */
  count(size: string): string {
    const one: EmittedTensor = int64Tensor('', [1], [1]);
    const ones = this.add('ConstantOfShape', [size], { value: { type: 'tensor', value: one } });
    return this.add('NonZero', [ones]);
  }

  sum(values: readonly string[]): string | null {
    const [first, ...rest] = values;
    return first === undefined ? null : rest.reduce((total, value) => this.add('Add', [total, value]), first);
  }

  input(name: string, elementType: ElementType, shape: EmittedValue['shape']): string {
    const value = { name: `${RESERVED_PREFIX}${name}`, elementType, shape };
    this.#inputs.push(value);
    return value.name;
  }

  /** An int64 input that takes these values when a run does not feed it. */
  inputWithDefault(name: string, values: readonly number[], shape: EmittedValue['shape']): string {
    const input = this.input(name, 'int64', shape);
    return this.#keep(input, () => int64Tensor(input, [values.length], values));
  }

  /** Declares a value as an output of the model. */
  output(name: string, elementType: ElementType, shape: EmittedValue['shape'] = null): string {
    this.#outputs.push({ name, elementType, shape });
    return name;
  }

  /** What the declared outputs need; the rest would only make the runtime warn. */
  finish(): GraphExtension {
    const needed = new Set(this.#outputs.map((output) => output.name));
    const kept = [...this.#nodes].reverse().filter((node) => {
      const isNeeded = node.outputs.some((output) => needed.has(output));
      if (isNeeded) {
        node.inputs.forEach((input) => needed.add(input));
      }
      return isNeeded;
    });
    return {
      nodes: kept.reverse(),
      initializers: [...this.#initializers.values()].filter((tensor) => needed.has(tensor.name)),
      inputs: this.#inputs,
      outputs: this.#outputs,
    };
  }
}
