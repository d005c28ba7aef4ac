import { isRounding } from '../protocol/rounding';
import type { ScoreName } from '../protocol/scoreName';

/**
 * Why a map shows nothing, or not what one expects, and what would, in a sentence; null for an ordinary map.
 * `map`: signed values, before ReLU. `value`: of what is explained, for a map in its unit that need not add up to it.
 * `score`: what that is called.
 */
export function explainBlankMap(
  map: Float32Array,
  value: number | null = null,
  score: ScoreName = 'logit',
): string | null {
  if (!map.every(Number.isFinite)) {
    return (
      'The map holds numbers that are not finite: something overflowed or was divided by zero in the model or the ' +
      'method. Look at the input tensor, or choose another method.'
    );
  }
  const least = map.reduce((lowest, value) => Math.min(lowest, value), Infinity);
  const most = map.reduce((highest, value) => Math.max(highest, value), -Infinity);
  if (least === 0 && most === 0) {
    return (
      `The map is 0 everywhere: the ${score} does not depend on these cells (a class token alone reaches it, or every ` +
      'rectifier behind them is closed, or the weights behind them are 0). Choose an earlier layer.'
    );
  }
  if (least === most) {
    return 'The map is the same everywhere: it tells no place from another. Choose an earlier layer or another class.';
  }
  if (value !== null && isRounding(Math.max(-least, most), value)) {
    return (
      `Next to the ${score} this map is hardly more than rounding: the ${score} comes from elsewhere, such as biases, or a ` +
      'normalisation behind this layer divides its scale out, so that derivative times activation adds up to zero. ' +
      'Choose another layer.'
    );
  }
  return most <= 0
    ? 'Nothing counts for this class, everything against it: with ReLU the picture is blank. The signed map shows where least does.'
    : null;
}
