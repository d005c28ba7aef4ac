import type { ElementType } from '../../../src/graph/model';
import { emitExtensionBytes } from '../../../src/onnx/emitModel';
import type { EmittedAttribute, EmittedNode, EmittedTensor, EmittedValue } from '../../../src/onnx/graphExtension';
import { floatTensor, int64Tensor } from '../../../src/onnx/graphExtension';
import { WireWriter } from '../../../src/onnx/wireWriter';
import type { Random } from './random';

export const int = (value: number): EmittedAttribute => ({ type: 'int', value });
export const ints = (...value: number[]): EmittedAttribute => ({ type: 'ints', value });
export const float = (value: number): EmittedAttribute => ({ type: 'float', value });
export const text = (value: string): EmittedAttribute => ({ type: 'string', value });

type Attributes = Readonly<Record<string, EmittedAttribute>>;

/** A small model, written node by node. Everything floating is of one type, so that the same graph runs in doubles. */
export class TestGraph {
  readonly nodes: EmittedNode[] = [];
  readonly initializers: EmittedTensor[] = [];
  readonly inputs: EmittedValue[] = [];
  readonly outputs: EmittedValue[] = [];

  constructor(
    readonly opset: number,
    readonly random: Random,
    readonly elementType: ElementType = 'float32',
  ) {}

  input(name: string, shape: readonly (number | string)[], elementType = this.elementType): string {
    this.inputs.push({ name, elementType, shape });
    return name;
  }

  /** Random weights in [−1, 1], moved by `shift`. */
  weight(dims: readonly number[], shift = 0): string {
    const count = dims.reduce((product, size) => product * size, 1);
    return this.floats(
      dims,
      Array.from({ length: count }, () => this.random.between(-1, 1) + shift),
    );
  }

  floats(dims: readonly number[], values: readonly number[]): string {
    const name = `w${this.initializers.length}`;
    this.initializers.push(floatTensor(name, this.elementType, dims, values));
    return name;
  }

  scalar(value: number): string {
    return this.floats([], [value]);
  }

  int64(dims: readonly number[], values: readonly number[]): string {
    const name = `i${this.initializers.length}`;
    this.initializers.push(int64Tensor(name, dims, values));
    return name;
  }

  list(...values: number[]): string {
    return this.int64([values.length], values);
  }

  tensor(tensor: Omit<EmittedTensor, 'name'>): string {
    const name = `t${this.initializers.length}`;
    this.initializers.push({ ...tensor, name });
    return name;
  }

  add(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.addAll(opType, inputs, 1, attributes)[0];
  }

  addAll(opType: string, inputs: readonly string[], count: number, attributes: Attributes = {}): string[] {
    const outputs = Array.from({ length: count }, (_, index) => `v${this.nodes.length}_${index}`);
    this.nodes.push({ opType, name: `${opType}_${this.nodes.length}`, inputs, outputs, attributes });
    return outputs;
  }

  output(name: string): void {
    this.outputs.push({ name, elementType: this.elementType, shape: null });
  }

  /** A complete ModelProto: ir_version = 1, opset_import = 8. */
  toBytes(): Uint8Array {
    const header = new WireWriter().int(1, 8).message(8, (opset) => opset.int(2, this.opset));
    return Buffer.concat([header.finish(), emitExtensionBytes(this)]);
  }
}
