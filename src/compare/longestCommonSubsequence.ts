/** Edits that are searched exhaustively before the best way so far is taken; keeps very different lists near-linear. */
const MOST_EDITS = 256;

/**
 * Pairs of positions with equal elements, increasing in both lists and as many as possible (Myers, "An O(ND) Difference
 * Algorithm and Its Variations", 1986). Lists that differ in more than 256 places are taken a stretch at a time: still a
 * common subsequence, perhaps not the longest. Time O((N + M)·256) at worst.
 */
export function findCommonSubsequence(a: readonly number[], b: readonly number[]): [number, number][] {
  const pairs: [number, number][] = [];
  let [startA, startB] = [0, 0];
  while (startA < a.length && startB < b.length) {
    const stretch = findStretch(a, b, startA, startB);
    pairs.push(...stretch.pairs);
    [startA, startB] = stretch.end;
  }
  return pairs;
}

interface Stretch {
  readonly pairs: readonly [number, number][];
  readonly end: readonly [number, number];
}

/** Furthest positions in `a` for each diagonal k = x − y, edit by edit, until both ends are reached or the edits run out. */
function findStretch(a: readonly number[], b: readonly number[], startA: number, startB: number): Stretch {
  const [lengthA, lengthB] = [a.length - startA, b.length - startB];
  const most = Math.min(MOST_EDITS, lengthA + lengthB);
  const origin = most + 1;
  const furthest = new Int32Array(2 * origin + 1);
  const history: Int32Array[] = [];
  for (let edits = 0; ; edits++) {
    let best = { x: 0, y: 0 };
    for (let k = -edits; k <= edits; k += 2) {
      let x = isInsertion(furthest, origin, edits, k) ? furthest[origin + k + 1] : furthest[origin + k - 1] + 1;
      while (x < lengthA && x - k < lengthB && a[startA + x] === b[startB + x - k]) {
        x++;
      }
      furthest[origin + k] = x;
      if (x <= lengthA && x - k <= lengthB && x + x - k > best.x + best.y) {
        best = { x, y: x - k };
      }
    }
    history.push(furthest.slice(origin - edits, origin + edits + 1));
    if ((best.x === lengthA && best.y === lengthB) || edits === most) {
      const pairs = traceBack(history, best).map(([x, y]): [number, number] => [startA + x, startB + y]);
      return { pairs, end: [startA + best.x, startB + best.y] };
    }
  }
}

/** Whether the last edit on diagonal k takes an element of b (else: one of a). */
function isInsertion(furthest: Int32Array, origin: number, edits: number, k: number): boolean {
  return k === -edits || (k !== edits && furthest[origin + k - 1] < furthest[origin + k + 1]);
}

/** The equal elements on the way to `end`. `history[d]` holds the diagonals −d…d. */
function traceBack(history: readonly Int32Array[], end: { readonly x: number; readonly y: number }) {
  const pairs: [number, number][] = [];
  let { x, y } = end;
  const takeEqual = (until: number): void => {
    while (x > until) {
      pairs.push([--x, --y]);
    }
  };
  for (let edits = history.length - 1; edits > 0; edits--) {
    const [before, origin, k] = [history[edits - 1], edits - 1, x - y];
    const inserts = isInsertion(before, origin, edits, k);
    const from = before[origin + (inserts ? k + 1 : k - 1)];
    takeEqual(inserts ? from : from + 1);
    x = from;
    y = from - (inserts ? k + 1 : k - 1);
  }
  takeEqual(0);
  return pairs.reverse();
}
