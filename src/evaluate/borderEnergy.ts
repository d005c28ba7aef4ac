import type { MapMetric } from './evaluationMetric';

export const borderEnergy: MapMetric = {
  kind: 'map',
  id: 'border',
  name: 'Border energy',
  formula:
    '(Σ |M| in the outermost ring of cells / Σ |M|) / (cells of the ring / cells); at the resolution of the layer',
  source: 'Alsallakh et al., "Mind the Pad", ICLR 2021 (the ratio is ours: 1 means that the border is nothing special)',
  unit: 'ratio',
  range: [0, null],
  better: 'one',
  cost: 'one pass over the cells',
  needsTruth: false,
  compute({ map, mapHeight, mapWidth }) {
    if (mapHeight < 3 || mapWidth < 3) {
      return null; // Nothing but border.
    }
    let [ring, total] = [0, 0];
    map.forEach((value, index) => {
      const [row, column] = [Math.floor(index / mapWidth), index % mapWidth];
      const isBorder = row === 0 || column === 0 || row === mapHeight - 1 || column === mapWidth - 1;
      total += Math.abs(value);
      ring += isBorder ? Math.abs(value) : 0;
    });
    const area = 1 - ((mapHeight - 2) * (mapWidth - 2)) / (mapHeight * mapWidth);
    return total > 0 && Number.isFinite(total) ? ring / total / area : null;
  },
};
