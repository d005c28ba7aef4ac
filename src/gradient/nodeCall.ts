import type { ConstantValue } from '../graph/inferShapes';
import type { ElementType, GraphNode } from '../graph/model';
import type { EmittedAttribute } from '../onnx/graphExtension';
import type { NodeBuilder } from '../onnx/nodeBuilder';
import { UserError } from '../userError';
import { describeNode } from './describeNode';
import type { KnownShapes, Sizes } from './knownShapes';
import type { Columns, Seed } from './seed';

/** A value's name, or a number to be written in the type the node computes in. */
export type Operand = string | number;

/**
 * One node of the forward pass while its derivative is written: its values (x: inputs, y: outputs, dY: derivative of
 * the target with respect to an output), what is known of them, and arithmetic that emits nodes.
 */
export class NodeCall {
  /** Floating-point type that derivatives of this node's outputs have. */
  readonly type: ElementType;

  constructor(
    readonly node: GraphNode,
    readonly build: NodeBuilder,
    readonly shapes: KnownShapes,
    /** By output; null where the target does not depend on it. */
    readonly gradients: readonly (Seed | null)[],
  ) {
    const output = gradients.findIndex((gradient) => gradient !== null);
    this.type = toGradientType(shapes.elementType(node.outputs[Math.max(0, output)] ?? ''));
  }

  get opset(): number {
    return this.build.opset;
  }

  get x(): string {
    return this.node.inputs[0] ?? '';
  }

  get y(): string {
    return this.node.outputs[0] ?? '';
  }

  /** Derivative with respect to the first output, of the same shape as it. */
  get dY(): string {
    return this.gradients[0]?.emit() ?? this.fail('only a secondary output of it reaches the target');
  }

  /** Where dY differs from 0; null where that is not known. */
  get columns(): Columns | null {
    return this.gradients[0]?.columns ?? null;
  }

  input(index: number): string {
    return this.node.inputs[index] ?? '';
  }

  has(index: number): boolean {
    return this.input(index) !== '';
  }

  sizes(name: string): Sizes {
    return this.shapes.sizes(name) ?? this.fail(`the shape of "${name}" is not known without a run`);
  }

  rank(name: string): number {
    return this.sizes(name).length;
  }

  /** A size that must not depend on the input. */
  size(name: string, axis: number): number {
    return this.sizes(name)[axis] ?? this.fail(`dimension ${axis} of "${name}" is not known without a run`);
  }

  /** Sizes from `first` on, none of which may depend on the input. */
  fixedSizes(name: string, first = 0): readonly number[] {
    return this.sizes(name)
      .slice(first)
      .map((_, index) => this.size(name, first + index));
  }

  /** Negative axes count from the end. */
  axis(axis: number, name = this.x): number {
    return axis < 0 ? axis + this.rank(name) : axis;
  }

  /** Elements of an input that must be the same in every run; null when the input is left out. */
  constant(index: number): readonly number[] | null {
    return this.has(index) ? this.constantValue(index).data : null;
  }

  constantValue(index: number): ConstantValue {
    const name = this.input(index);
    return this.shapes.constant(name) ?? this.fail(`its input ${index} ("${name}") is only known in a run`);
  }

  /** @throws UserError `notDifferentiable` that names the node and says what can still be done. */
  fail(reason: string): never {
    throw new UserError(
      'notDifferentiable',
      `No derivative can be written through ${describeNode(this.node)}: ${reason}. Choose a layer after it, nearer to ` +
        'the output, or a method that only runs the model forward (Score-CAM, Ablation-CAM, RISE, occlusion).',
    );
  }

  emit(
    opType: string,
    inputs: readonly Operand[],
    attributes: Readonly<Record<string, EmittedAttribute>> = {},
  ): string {
    return this.build.add(
      opType,
      inputs.map((input) => this.operand(input)),
      attributes,
    );
  }

  operand(value: Operand): string {
    return typeof value === 'number' ? this.build.float(value, this.type) : value;
  }

  add(...terms: readonly Operand[]): string {
    return terms.length === 1 ? this.operand(terms[0]) : this.emit(terms.length === 2 ? 'Add' : 'Sum', terms);
  }

  sub(left: Operand, right: Operand): string {
    return this.emit('Sub', [left, right]);
  }

  /** The product; factors of 1 are left out. */
  mul(...factors: readonly Operand[]): string {
    const [first = 1, ...rest] = factors.filter((factor) => factor !== 1);
    return this.operand(rest.reduce<Operand>((product, factor) => this.emit('Mul', [product, factor]), first));
  }

  div(left: Operand, right: Operand): string {
    return right === 1 ? this.operand(left) : this.emit('Div', [left, right]);
  }

  pow(base: Operand, exponent: number): string {
    if (exponent === 2) {
      return this.mul(base, base);
    }
    return exponent === 1 ? this.operand(base) : this.emit('Pow', [base, exponent]);
  }

  square(value: string): string {
    return this.mul(value, value);
  }

  /** 1 where the condition holds, else 0. A product with this is several times faster than Where in ONNX Runtime. */
  mask(condition: string): string {
    return this.build.cast(condition, this.type);
  }

  greater(left: Operand, right: Operand): string {
    return this.emit('Greater', [left, right]);
  }

  less(left: Operand, right: Operand): string {
    return this.emit('Less', [left, right]);
  }

  /** Equal takes floats from operator set 11 on. */
  equal(left: Operand, right: Operand): string {
    return this.opset >= 11
      ? this.emit('Equal', [left, right])
      : this.emit('Not', [this.emit('Or', [this.greater(left, right), this.less(left, right)])]);
  }
}

const GRADIENT_TYPES: ReadonlySet<ElementType> = new Set<ElementType>(['float32', 'float64', 'float16', 'bfloat16']);

/** Quantised integers stand for real numbers: their derivatives are float32. */
export function toGradientType(elementType: ElementType | null): ElementType {
  return elementType !== null && GRADIENT_TYPES.has(elementType) ? elementType : 'float32';
}
