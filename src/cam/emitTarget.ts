import { createClassSeed, subtractSeeds } from '../gradient/emitClassSeed';
import type { KnownShapes } from '../gradient/knownShapes';
import { toGradientType } from '../gradient/nodeCall';
import { type Seed, toSeed } from '../gradient/seed';
import type { NodeBuilder } from '../onnx/nodeBuilder';
import { emitUnitRows } from './selectClasses';
import type { GraphTarget } from './target';

/** A scalar per item and how a derivative of it begins. */
export interface EmittedTarget {
  /** Value of the user's graph that y is computed from. */
  readonly output: string;
  /** y [N, 1, 1] float32. */
  readonly value: string;
  /** ∂y/∂output; nodes are written when asked for. */
  readonly seed: () => Seed;
  /** What y is read from, for another value in place of `output`: all class scores [N, K], or y [N, 1, 1]. */
  readonly score: (output: string) => string;
}

/**
 * The logit of one class, less that of another if `contrast` is given; both int64 [N, 1] or [1]. `flat`: logits as
 * float32 [N, K].
 */
export function emitClassTarget(
  builder: NodeBuilder,
  shapes: KnownShapes,
  logits: { readonly tensor: string; readonly flat: string; readonly classes: number },
  chosen: string,
  contrast: string | null,
): EmittedTarget {
  const minus = (emit: (classIndex: string) => string) =>
    contrast === null ? emit(chosen) : builder.add('Sub', [emit(chosen), emit(contrast)]);
  const seedOf = (each: string) => createClassSeed(builder, shapes, logits.tensor, builder.reshape(each, [-1]));
  return {
    output: logits.tensor,
    value: minus((each) => {
      const rows = emitUnitRows(builder, each, logits.classes);
      return builder.reduce('ReduceSum', builder.add('Mul', [rows, builder.unsqueeze(logits.flat, [1])]), [2], true);
    }),
    seed: () => (contrast === null ? seedOf(chosen) : subtractSeeds(builder, seedOf(chosen), seedOf(contrast))),
    score: (output) => builder.reshape(builder.cast(output, 'float32'), [-1, logits.classes]),
  };
}

export function emitGraphTarget(builder: NodeBuilder, shapes: KnownShapes, target: GraphTarget): EmittedTarget {
  const type = toGradientType(shapes.elementType(target.output));
  const emit = (output: string) => {
    const value = type === 'float32' ? output : builder.cast(output, 'float32');
    return target.kind === 'weighted'
      ? emitWeighted(builder, value, target.factors)
      : emitSimilarity(builder, value, target.reference);
  };
  const emitted = emit(target.output);
  const toShape = (seed: string) => builder.add('Reshape', [seed, builder.add('Shape', [target.output])]);
  return {
    output: target.output,
    value: emitted.value,
    seed() {
      const seed = toShape(emitted.seed());
      return toSeed(type === 'float32' ? seed : builder.cast(seed, type));
    },
    score: (output) => emit(output).value,
  };
}

function emitWeighted(
  builder: NodeBuilder,
  value: string,
  factors: Extract<GraphTarget, { readonly kind: 'weighted' }>['factors'],
) {
  const stored = factors.map(({ dims, data }) => builder.floats(data, dims, 'float32'));
  const product = stored.reduce((total, factor) => builder.add('Mul', [total, factor]), value);
  const ones = () => builder.add('Expand', [builder.float32(1), builder.add('Shape', [value])]);
  return {
    value: builder.reduce('ReduceSum', builder.reshape(product, [0, 1, -1]), [2], true),
    seed: () => stored.reduce((total, factor) => builder.add('Mul', [total, factor]), ones()),
  };
}

/** y = e·r/(|e||r|), ∂y/∂e = (r/|r| − y·e/|e|)/|e|. */
function emitSimilarity(builder: NodeBuilder, value: string, reference: Float32Array) {
  const length = Math.sqrt(reference.reduce((sum, each) => sum + each * each, 0)) || 1;
  const direction = builder.floats(
    reference.map((each) => each / length),
    [1, 1, reference.length],
    'float32',
  );
  const embedding = builder.reshape(value, [0, 1, -1]);
  const sum = (each: string) => builder.reduce('ReduceSum', each, [2], true);
  const square = sum(builder.add('Mul', [embedding, embedding]));
  // An embedding of zeros has no direction: its similarity is 0, not NaN.
  const norm = builder.add('Max', [builder.add('Sqrt', [square]), builder.float32(1e-12)]);
  const unit = builder.add('Div', [embedding, norm]);
  const cosine = sum(builder.add('Mul', [unit, direction]));
  return {
    value: cosine,
    seed: () => builder.add('Div', [builder.add('Sub', [direction, builder.add('Mul', [cosine, unit])]), norm]),
  };
}
