import { UserError } from '../../userError';
import type { Outline } from './annotation';

const MOST_PIXELS = 200_000_000;

/**
 * COCO's run-length encoding: lengths of alternating runs of 0 and 1, columns first; as numbers, or packed into text (five
 * bits a character from '0' on, the sixth bit says that more follow; from the fourth on, differences to the run two
 * before). `size`: [height, width]. Throws UserError `badArgument` when the runs do not fill the picture.
 */
export function decodeRunLengths(counts: unknown, size: unknown, where: string): Outline {
  const [height, width] = Array.isArray(size) ? (size as unknown[]).map(Number) : [NaN, NaN];
  const runs =
    typeof counts === 'string' ? unpack(counts) : Array.isArray(counts) ? (counts as unknown[]).map(Number) : [];
  const total = runs.reduce((sum, run) => (run >= 0 ? sum + run : NaN), 0);
  if (!(height > 0 && width > 0 && height * width <= MOST_PIXELS && total === height * width)) {
    throw new UserError(
      'badArgument',
      `${where}: its runs cover ${total} pixels, not the ${height} × ${width} of its size.`,
    );
  }
  const values = new Uint8Array(height * width);
  let position = 0;
  runs.forEach((run, index) => {
    for (const end = position + run; position < end; position++) {
      values[(position % height) * width + Math.floor(position / height)] = index % 2;
    }
  });
  return { kind: 'raster', width, height, values, wanted: (value) => value === 1 };
}

function unpack(text: string): number[] {
  const runs: number[] = [];
  for (let at = 0; at < text.length;) {
    let [value, shift, code] = [0, 0, 0];
    do {
      code = text.charCodeAt(at++) - 48;
      value |= (code & 0x1f) << shift;
      shift += 5;
    } while ((code & 0x20) !== 0 && at < text.length);
    if ((code & 0x10) !== 0 && shift < 32) {
      value |= -1 << shift;
    }
    runs.push(runs.length > 2 ? value + runs[runs.length - 2] : value);
  }
  return runs;
}
