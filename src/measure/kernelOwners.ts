import type { GraphNode } from '../graph/model';
import type { ProfiledKernel } from '../inference/messages';
import type { ModelAnalysis } from '../inspectModel';

/** Stands for kernels that belong to no layer. */
export const OTHER = -1;

/** What ONNX Runtime adds between layers for its own sake. */
const CONVERSIONS = new Set([
  'Reshape',
  'Transpose',
  'Cast',
  'ReorderInput',
  'ReorderOutput',
  'QuantizeLinear',
  'DequantizeLinear',
]);

/**
 * The layer of each kernel of a run: the one it is named after (`named`, null where it is not), else the first layer
 * without any named kernel (`vacant`, in order of execution) between the layers that ran before and after it, else OTHER.
 */
export function findOwners(
  { index: { order }, inferred }: ModelAnalysis,
  vacant: readonly GraphNode[],
  kernels: readonly ProfiledKernel[],
  named: readonly (number | null)[],
): readonly number[] {
  const placeOf = new Map(order.map(({ index }, place) => [index, place]));
  const places = named.map((layer) => (layer === null ? null : (placeOf.get(layer) ?? null)));
  const vacantPlaces = vacant.map(({ index }) => placeOf.get(index) ?? order.length);
  const nextPlaces = findFollowing(places, order.length);
  let previous = -1;
  return kernels.map(({ opType }, at) => {
    const layer = named[at];
    if (layer !== null) {
      previous = places[at] ?? previous;
      return layer;
    }
    const first = findFirstAbove(vacantPlaces, previous);
    const candidate = vacantPlaces[first] < nextPlaces[at] ? vacant[first] : null;
    const fits = candidate !== null && (inferred.bodies.has(candidate) || !CONVERSIONS.has(opType));
    return fits ? candidate.index : OTHER;
  });
}

/** For each place the next one after it that is known. */
function findFollowing(places: readonly (number | null)[], end: number): readonly number[] {
  const following: number[] = [];
  let next = end;
  for (let at = places.length - 1; at >= 0; at--) {
    following[at] = next;
    next = places[at] ?? next;
  }
  return following;
}

/** Where the first number above `bound` stands in ascending numbers; their count if none is. */
function findFirstAbove(ascending: readonly number[], bound: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    [low, high] = ascending[middle] > bound ? [low, middle] : [middle + 1, high];
  }
  return low;
}
