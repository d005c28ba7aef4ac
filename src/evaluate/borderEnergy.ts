import { computeBorderEnergy } from '../cam/borderEnergy';
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
  compute: ({ map, mapHeight, mapWidth }) => computeBorderEnergy(map, mapHeight, mapWidth),
};
