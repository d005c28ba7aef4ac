import type { Rectifier, StoredValue } from '../analysis/heads/headDescription';
import type { NodeBuilder } from '../onnx/nodeBuilder';

/**
 * The affine piece a rectifier was on: output = slope·input + constant, element by element; a null constant is zero.
 * Read off the output where possible, because asking for the input would keep the runtime from fusing it away.
 */
export function emitPiece(
  builder: NodeBuilder,
  rectifier: Rectifier,
  output: string,
  input: () => string,
  align: (stored: StoredValue) => string,
): { readonly slope: string; readonly constant: string | null } {
  const zero = builder.float32(0);
  const isPositive = (value: string) => builder.cast(builder.add('Greater', [value, zero]), 'float32');
  const one = builder.float32(1);
  switch (rectifier.type) {
    case 'relu':
      return { slope: isPositive(output), constant: null };
    case 'leaky': {
      const positive = isPositive(input());
      const slope = typeof rectifier.slope === 'number' ? builder.float32(rectifier.slope) : align(rectifier.slope);
      const negative = builder.add('Mul', [builder.add('Sub', [one, positive]), slope]);
      return { slope: builder.add('Add', [positive, negative]), constant: null };
    }
    case 'clamp': {
      const changed = isPositive(builder.add('Abs', [builder.add('Sub', [output, input()])]));
      return { slope: builder.add('Sub', [one, changed]), constant: builder.add('Mul', [output, changed]) };
    }
    case 'hardSigmoid': {
      const inside = builder.add('Mul', [isPositive(output), isPositive(builder.add('Sub', [one, output]))]);
      const slope = builder.add('Mul', [inside, builder.float32(rectifier.slope)]);
      return { slope, constant: builder.add('Sub', [output, builder.add('Mul', [slope, input()])]) };
    }
  }
}
