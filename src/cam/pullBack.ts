import type {
  AffineOperation,
  HeadStep,
  LinearStep,
  RectifierStep,
  StoredValue,
} from '../analysis/heads/headDescription';
import type { ElementType } from '../graph/model';
import { emitClassRows, emitMatrix, emitNormalization } from './emitLayers';
import { emitPiece } from './emitPiece';
import { countStored, emitActivation, emitStored } from './emittedValues';
import type { NodeBuilder } from '../onnx/nodeBuilder';
import type { SelectedClasses } from './selectClasses';
import { emitUnitRows, pickClasses } from './selectClasses';

/**
 * Derivative of the selected logits with respect to a vector of D elements: `rows` [B, n, D], or, before the first
 * linear layer, factor·(unit vector of the class) with `factor` [B, n, 1] or null for 1.
 */
export type Derivative =
  | { readonly type: 'rows'; readonly rows: string; readonly size: number }
  | { readonly type: 'selection'; readonly factor: string | null; readonly size: number };

/** What the steps between the vectors read from the map and the logits come to. */
export interface PulledBack {
  /** By the name of the value that holds the vector. */
  readonly derivatives: ReadonlyMap<string, Derivative>;
  /** [B, n, 1]: what the logit would be if the map were zero and every rectifier kept its piece; null for zero. */
  readonly bias: string | null;
  /** [B, n, 1]: largest error that rounding to quantised values can cause; null for none. */
  readonly rounding: string | null;
}

/**
 * Emits the derivative of the selected logits from the logits back to the vectors, in closed form: a linear layer
 * multiplies by its own weights (no copy), a rectifier by the mask read off its forward value, a normalisation by its
 * scale. Exact for piecewise affine heads, with masks as observed.
 */
export function pullBack(
  builder: NodeBuilder,
  steps: readonly HeadStep[],
  logits: string,
  selected: SelectedClasses,
  elementType: ElementType,
): PulledBack {
  const walk = new PullBack(builder, selected, elementType);
  walk.derivatives.set(logits, { type: 'selection', factor: null, size: selected.count });
  for (const step of [...steps].reverse()) {
    const derivative = walk.derivatives.get(step.output);
    if (derivative !== undefined) {
      walk.visit(step, derivative);
    }
  }
  return {
    derivatives: walk.derivatives,
    bias: builder.sum(walk.biases),
    rounding: builder.sum(walk.roundings),
  };
}

class PullBack {
  readonly derivatives = new Map<string, Derivative>();
  readonly biases: string[] = [];
  readonly roundings: string[] = [];
  readonly #builder: NodeBuilder;
  readonly #selected: SelectedClasses;
  readonly #elementType: ElementType;

  constructor(builder: NodeBuilder, selected: SelectedClasses, elementType: ElementType) {
    this.#builder = builder;
    this.#selected = selected;
    this.#elementType = elementType;
  }

  visit(step: HeadStep, derivative: Derivative): void {
    switch (step.kind) {
      case 'relabel':
        this.#arrive(step.input, derivative);
        break;
      case 'round':
        this.#round(derivative, step.step);
        this.#arrive(step.input, derivative);
        break;
      case 'linear':
        this.#arrive(step.input, this.#throughLinear(step, derivative));
        break;
      case 'affine':
        this.#arrive(step.input, this.#throughAffine(step.operation, derivative));
        break;
      case 'rectifier':
        this.#arrive(step.input, this.#throughRectifier(step, derivative));
        break;
      case 'merge':
        for (const { input, coefficient } of step.terms) {
          this.#arrive(
            input,
            coefficient === 1 ? derivative : this.#scale(derivative, this.#builder.float32(coefficient)),
          );
        }
        break;
      case 'concatenate':
        this.#split(step.parts, derivative);
        break;
      case 'opaque':
        throw new Error(`${step.opType} has no derivative in closed form.`);
    }
  }

  /** Several readers of one value: their derivatives add up. */
  #arrive(input: string, derivative: Derivative): void {
    const other = this.derivatives.get(input);
    if (other === undefined) {
      this.derivatives.set(input, derivative);
      return;
    }
    const rows = this.#builder.add('Add', [this.#toRows(other), this.#toRows(derivative)]);
    this.derivatives.set(input, { type: 'rows', rows, size: derivative.size });
  }

  #throughLinear(step: LinearStep, derivative: Derivative): Derivative {
    if (step.bias !== null) {
      this.#offset(derivative, step.bias, step.biasScale);
    }
    if (step.roundedTo !== null) {
      this.#round(derivative, step.roundedTo);
    }
    const rows =
      derivative.type === 'selection'
        ? emitClassRows(this.#builder, this.#selected, step)
        : this.#multiply(derivative.rows, step);
    const scaled = step.scale === 1 ? rows : this.#builder.add('Mul', [rows, this.#builder.float32(step.scale)]);
    const next: Derivative = { type: 'rows', rows: scaled, size: step.inputs };
    return derivative.type === 'selection' && derivative.factor !== null ? this.#scale(next, derivative.factor) : next;
  }

  /** [B, n, outputs] × W. Gemm reads a matrix stored the other way round without a transposed copy. */
  #multiply(rows: string, step: LinearStep): string {
    const builder = this.#builder;
    if (step.orientation === 'outputsFirst') {
      return builder.add('MatMul', [rows, emitMatrix(builder, step)]);
    }
    const flat = builder.multiplyTransposed(builder.reshape(rows, [-1, step.outputs]), emitMatrix(builder, step));
    const leading = builder.slice(builder.add('Shape', [rows]), 0, 2, 0);
    return builder.add('Reshape', [flat, builder.concat([leading, builder.int64([step.inputs])], 0)]);
  }

  #throughAffine(operation: AffineOperation, derivative: Derivative): Derivative {
    const builder = this.#builder;
    switch (operation.type) {
      case 'add':
        this.#offset(derivative, operation.constant, 1);
        return derivative;
      case 'subtract':
        this.#offset(derivative, operation.constant, -1);
        return derivative;
      case 'subtractFrom':
        this.#offset(derivative, operation.constant, 1);
        return this.#scale(derivative, builder.float32(-1));
      case 'negate':
        return this.#scale(derivative, builder.float32(-1));
      case 'multiply':
        return this.#scalePerElement(derivative, emitStored(builder, operation.constant), operation.constant);
      case 'divide': {
        const inverse = builder.add('Div', [builder.float32(1), emitStored(builder, operation.constant)]);
        return this.#scalePerElement(derivative, inverse, operation.constant);
      }
      case 'normalize': {
        const { scale, shift } = emitNormalization(builder, operation);
        this.#offsetBy(derivative, shift, countStored(operation.shift), 1);
        return this.#scalePerElement(derivative, scale, operation.scale);
      }
    }
  }

  #throughRectifier(step: RectifierStep, derivative: Derivative): Derivative {
    const builder = this.#builder;
    const shape = [-1, 1, derivative.size];
    const output = builder.reshape(emitActivation(builder, step.output, this.#elementType), shape);
    const input = () => builder.reshape(emitActivation(builder, step.input, this.#elementType), shape);
    const { slope, constant } = emitPiece(builder, step.rectifier, output, input, (stored) =>
      builder.reshape(emitStored(builder, stored), [1, 1, -1]),
    );
    if (constant !== null) {
      this.biases.push(this.#dot(derivative, constant));
    }
    return derivative.type === 'rows'
      ? { ...derivative, rows: builder.add('Mul', [derivative.rows, slope]) }
      : this.#scale(derivative, this.#pickPerItem(slope));
  }

  #split(parts: readonly { readonly input: string; readonly size: number }[], derivative: Derivative): void {
    const rows = this.#toRows(derivative);
    let start = 0;
    for (const { input, size } of parts) {
      const part = this.#builder.slice(rows, start, start + size, 2);
      this.#arrive(input, { type: 'rows', rows: part, size });
      start += size;
    }
  }

  /** Adds coefficient·derivative·constant to the bias path. */
  #offset(derivative: Derivative, constant: StoredValue, coefficient: number): void {
    this.#offsetBy(derivative, emitStored(this.#builder, constant), countStored(constant), coefficient);
  }

  #offsetBy(derivative: Derivative, constant: string, count: number, coefficient: number): void {
    const builder = this.#builder;
    let term: string;
    if (derivative.type === 'rows') {
      term =
        count === 1
          ? builder.add('Mul', [builder.reduce('ReduceSum', derivative.rows, [2], true), constant])
          : builder.add('MatMul', [derivative.rows, builder.reshape(constant, [-1, 1])]);
    } else {
      const picked =
        count === 1
          ? builder.reshape(constant, [1, 1, 1])
          : builder.gather(builder.reshape(constant, [-1, 1]), this.#selected.classes);
      term = derivative.factor === null ? picked : builder.add('Mul', [picked, derivative.factor]);
    }
    this.biases.push(coefficient === 1 ? term : builder.add('Mul', [term, builder.float32(coefficient)]));
  }

  /** Derivative · a vector [N, 1, D] of the forward pass. */
  #dot(derivative: Derivative, vector: string): string {
    const builder = this.#builder;
    if (derivative.type === 'rows') {
      return builder.reduce('ReduceSum', builder.add('Mul', [derivative.rows, vector]), [2], true);
    }
    const picked = this.#pickPerItem(vector);
    return derivative.factor === null ? picked : builder.add('Mul', [picked, derivative.factor]);
  }

  /** The selected classes' elements of [N, 1, K]: [N, n, 1]. */
  #pickPerItem(vector: string): string {
    const column = this.#builder.reshape(vector, [-1, this.#selected.count, 1]);
    return pickClasses(this.#builder, this.#selected, column);
  }

  /** Rounding to multiples of a step is off by half a step at most. */
  #round(derivative: Derivative, step: string): void {
    const builder = this.#builder;
    const half = builder.reshape(builder.add('Mul', [step, builder.float32(0.5)]), [1, 1, -1]);
    if (derivative.type === 'rows') {
      const weighted = builder.add('Mul', [builder.add('Abs', [derivative.rows]), half]);
      this.roundings.push(builder.reduce('ReduceSum', weighted, [2], true));
    } else {
      const { factor } = derivative;
      this.roundings.push(factor === null ? half : builder.add('Mul', [builder.add('Abs', [factor]), half]));
    }
  }

  #scalePerElement(derivative: Derivative, factor: string, constant: StoredValue): Derivative {
    const builder = this.#builder;
    if (countStored(constant) === 1) {
      return this.#scale(derivative, builder.reshape(factor, [1, 1, 1]));
    }
    return derivative.type === 'rows'
      ? { ...derivative, rows: builder.add('Mul', [derivative.rows, builder.reshape(factor, [1, 1, -1])]) }
      : this.#scale(derivative, builder.gather(builder.reshape(factor, [-1, 1]), this.#selected.classes));
  }

  /** `factor` broadcasts to [B, n, 1]. */
  #scale(derivative: Derivative, factor: string): Derivative {
    const builder = this.#builder;
    if (derivative.type === 'rows') {
      return { ...derivative, rows: builder.add('Mul', [derivative.rows, factor]) };
    }
    return {
      ...derivative,
      factor: derivative.factor === null ? factor : builder.add('Mul', [derivative.factor, factor]),
    };
  }

  #toRows(derivative: Derivative): string {
    return emitRows(this.#builder, this.#selected, derivative);
  }
}

/** A derivative as rows [B, n, D], unit vectors written out. */
export function emitRows(builder: NodeBuilder, selected: SelectedClasses, derivative: Derivative): string {
  if (derivative.type === 'rows') {
    return derivative.rows;
  }
  const { size, factor } = derivative;
  const rows = emitUnitRows(builder, selected.classes, size);
  return factor === null ? rows : builder.add('Mul', [rows, factor]);
}
