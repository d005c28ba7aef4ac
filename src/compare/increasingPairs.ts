/**
 * The longest run of positions in A whose partners increase (patience sorting, O(n log n)): the fixed points between
 * which the order of both graphs agrees. Partners of −1 are left out.
 */
export function findIncreasingPairs(partners: Int32Array): [number, number][] {
  /** Position in A of the smallest last partner of a run of each length. */
  const ends: number[] = [];
  const before = new Int32Array(partners.length).fill(-1);
  partners.forEach((partner, position) => {
    if (partner < 0) {
      return;
    }
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (partners[ends[middle]] < partner) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    before[position] = low === 0 ? -1 : ends[low - 1];
    ends[low] = position;
  });
  const pairs: [number, number][] = [];
  for (let position = ends.at(-1) ?? -1; position >= 0; position = before[position]) {
    pairs.push([position, partners[position]]);
  }
  return pairs.reverse();
}
