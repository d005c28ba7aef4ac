/** Sizes to try in the place of free ones: prime, and unlike any in a model, so that a multiple tells where it comes from. */
export const PROBES: readonly number[] = [10007, 10009, 10037, 10039, 10061, 10067];

/**
 * What free sizes have to be, from an inference in which each was a probe: where n times the probe met a fixed size of
 * n·s (or as many elements), the free size is s. A size for which the mismatches ask different things is left out.
 */
export function solveSizes(
  probes: ReadonlyMap<string, number>,
  mismatches: readonly (readonly [number, number])[],
): ReadonlyMap<string, number> {
  const isFixed = (size: number) => [...probes.values()].every((probe) => size % probe !== 0);
  const solved = new Map<string, number>();
  for (const [key, probe] of probes) {
    const sizes = new Set(
      mismatches
        .flatMap(([a, b]) => [
          [a, b],
          [b, a],
        ])
        .filter(([free, fixed]) => free % probe === 0 && isFixed(free / probe) && isFixed(fixed))
        .map(([free, fixed]) => (fixed * probe) / free),
    );
    const [size] = sizes;
    if (sizes.size === 1 && Number.isSafeInteger(size) && size > 1) {
      solved.set(key, size);
    }
  }
  return solved;
}
