import type { SampledMethod } from './camMethod';

/**
 * Occlusion (Zeiler & Fergus 2014, arXiv:1311.2901, section 4.2):
 *
 *   M(p) = mean over the windows that cover p of y(X) − y(X with the window set to 0)
 *
 * X: the input tensor as the model is fed it; 0 is the mean colour where images are normalised by it; y: logit.
 * Unit: logit. The window is square, an eighth of the image's shorter side, and moves by half of itself; the last one
 * of a row or column ends at the border, as in captum.
 * Cost: one forward run per position of the window (225 by default), batched, for all classes together.
 * Axioms: no gradients; linear in y; sees only what hiding a window of this size changes, so evidence that is there
 * twice counts little. Does not add up to the logit.
 * Departures: none; the paper shows y itself, here and in captum it is what y loses.
 */
export const occlusion: SampledMethod = {
  kind: 'sampled',
  place: 'image',
  id: 'occlusion',
  name: 'occlusion',
  unit: 'logit',
  meaning: 'Each pixel counts by how much the logit falls when a window around it is hidden.',
  cost: 'One forward run for each place of the window (225 unless set otherwise), in batches, for all classes together.',
  isClassSpecific: true,
  needsGradient: false,
  isEstimated: false,
  atPooledHead: null,
  explainRefusal: () => null,
  emit: () => ({}),
  async draw(sampling) {
    const { imageLayer, options, base } = sampling;
    const { height, width } = imageLayer;
    const window = options.window ?? Math.max(1, Math.round(Math.min(height, width) / 8));
    const stride = options.stride ?? Math.max(1, Math.floor(window / 2));
    const [rows, columns] = [placeWindows(height, window, stride), placeWindows(width, window, stride)];
    const windows = rows.flatMap((row) => columns.map((column) => ({ row, column })));
    sampling.expect(windows.length);
    const scores = await sampling.scoreMasked({
      count: windows.length,
      finish: 'complement',
      make: (first, count) => {
        const chosen = windows.slice(first, first + count);
        return {
          down: { data: join(chosen.map(({ row }) => cover(row, height))), count, rows: height, columns: 1 },
          grid: { data: Float32Array.of(1), count: 1, rows: 1, columns: 1 },
          across: { data: join(chosen.map(({ column }) => cover(column, width))), count, rows: 1, columns: width },
        };
      },
    });
    const covered = spread(windows, () => 1, height, width);
    return scores.map((each, target) => {
      const lost = spread(windows, (position) => base[target].value - each[position], height, width);
      const map = Float32Array.from(lost, (sum, pixel) => (covered[pixel] > 0 ? sum / covered[pixel] : 0));
      return { map, figures: [] };
    });
  },
};

interface Span {
  readonly start: number;
  readonly end: number;
}
interface Window {
  readonly row: Span;
  readonly column: Span;
}

function placeWindows(size: number, window: number, stride: number): Span[] {
  const count = 1 + Math.max(0, Math.ceil((size - window) / stride));
  return Array.from({ length: count }, (_, position) => ({
    start: position * stride,
    end: Math.min(size, position * stride + window),
  }));
}

function cover({ start, end }: Span, size: number): Float32Array {
  return new Float32Array(size).fill(1, start, end);
}

function join(parts: readonly Float32Array[]): Float32Array {
  const [first] = parts;
  const whole = new Float32Array(parts.length * first.length);
  parts.forEach((part, position) => whole.set(part, position * first.length));
  return whole;
}

/** Adds a window's number to each pixel that it covers. */
function spread(
  windows: readonly Window[],
  valueOf: (position: number) => number,
  height: number,
  width: number,
): Float64Array {
  const sums = new Float64Array(height * width);
  windows.forEach(({ row, column }, position) => {
    const value = valueOf(position);
    for (let y = row.start; y < row.end; y++) {
      for (let x = column.start; x < column.end; x++) {
        sums[y * width + x] += value;
      }
    }
  });
  return sums;
}
