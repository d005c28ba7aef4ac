import type { LayerReport, ModelReport } from '../../src/protocol/modelReport';
import { formatBytes, formatCount } from '../quantity';

/** What the charts can show; `of` is 0 where the cost of a layer is unknown. */
export const METRICS = {
  macs: { title: 'MAC', of: (layer: LayerReport) => layer.macs ?? 0, format: formatCount },
  parameters: { title: 'Parameters', of: (layer: LayerReport) => layer.parameters, format: formatCount },
  activations: { title: 'Activations', of: (layer: LayerReport) => layer.activationBytes ?? 0, format: formatBytes },
  weights: { title: 'Weights', of: (layer: LayerReport) => layer.weightBytes, format: formatBytes },
} as const;

export type MetricName = keyof typeof METRICS;

export interface TypeCost {
  readonly opType: string;
  readonly layers: number;
  readonly cost: number;
  /** Of the whole model, 0…1. */
  readonly share: number;
}

/** Indices of the layers of the head; of none where a model has no classification head, though it may have logits. */
export function findHeadLayers({ heads: [head] }: Pick<ModelReport, 'heads'>): ReadonlySet<number> {
  return new Set(head === undefined || head.kind === 'none' ? [] : head.nodes);
}

/** Cost per operator, largest first; operators that cost nothing are left out, those past `most` are added up. */
export function toCostByType(layers: readonly LayerReport[], metric: MetricName, most = 12): TypeCost[] {
  const sums = new Map<string, { layers: number; cost: number }>();
  let total = 0;
  for (const layer of layers) {
    const cost = METRICS[metric].of(layer);
    const sum = sums.get(layer.opType) ?? { layers: 0, cost: 0 };
    sums.set(layer.opType, { layers: sum.layers + 1, cost: sum.cost + cost });
    total += cost;
  }
  const costs = [...sums]
    .filter(([, { cost }]) => cost > 0)
    .map(([opType, { layers: count, cost }]) => ({ opType, layers: count, cost, share: cost / total }))
    .sort((one, other) => other.cost - one.cost);
  const rest = costs.splice(most);
  if (rest.length === 1) {
    costs.push(...rest);
  } else if (rest.length > 1) {
    const sum = (value: (cost: TypeCost) => number): number => rest.reduce((all, one) => all + value(one), 0);
    const cost = sum((one) => one.cost);
    costs.push({ opType: `${rest.length} others`, layers: sum((one) => one.layers), cost, share: cost / total });
  }
  return costs;
}

/** Layers that follow each other in execution, with their cost together. */
export interface DepthBin {
  readonly first: LayerReport;
  readonly last: LayerReport;
  readonly layers: number;
  readonly cost: number;
  /** The operator with the largest share of the cost. */
  readonly opType: string;
  readonly isHead: boolean;
}

/** Cost along the execution order, in at most `most` bins; layers that neither cost nor carry anything are left out. */
export function toCostByDepth(
  layers: readonly LayerReport[],
  head: ReadonlySet<number>,
  metric: MetricName,
  most = 160,
): DepthBin[] {
  const { of } = METRICS[metric];
  const drawn = layers.filter(({ opType }) => opType !== 'Constant' && opType !== 'ConstantOfShape');
  const size = Math.max(1, Math.ceil(drawn.length / most));
  const bins: DepthBin[] = [];
  for (let start = 0; start < drawn.length; start += size) {
    const bin = drawn.slice(start, start + size);
    const dearest = bin.reduce((best, layer) => (of(layer) > of(best) ? layer : best));
    bins.push({
      first: bin[0],
      last: bin[bin.length - 1],
      layers: bin.length,
      cost: bin.reduce((sum, layer) => sum + of(layer), 0),
      opType: dearest.opType,
      isHead: bin.some(({ index }) => head.has(index)),
    });
  }
  return bins;
}
