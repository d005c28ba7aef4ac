/**
 * Share of Σ|M| in the outer ring of cells, over the ring's share of the area: 1 where the border counts like the rest
 * (after Alsallakh et al., "Mind the Pad", ICLR 2021; the ratio is ours). null for a map without an inside, one that is 0
 * everywhere, or one that holds what is no number. `map` is [height, width].
 */
export function computeBorderEnergy(map: Float32Array, height: number, width: number): number | null {
  let [border, total] = [0, 0];
  map.forEach((value, index) => {
    const [row, column] = [Math.floor(index / width), index % width];
    const isBorder = row === 0 || column === 0 || row === height - 1 || column === width - 1;
    total += Math.abs(value);
    border += isBorder ? Math.abs(value) : 0;
  });
  const inside = Math.max(0, height - 2) * Math.max(0, width - 2);
  const share = 1 - inside / (height * width);
  return inside > 0 && total > 0 && Number.isFinite(total) ? border / total / share : null;
}
