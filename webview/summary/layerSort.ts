import type { LayerReport } from '../../src/protocol/modelReport';
import { toLayerFigures, type LayerFigures } from '../layerFigures';

export type ColumnName =
  | 'index'
  | 'name'
  | 'opType'
  | 'shape'
  | 'parameters'
  | 'macs'
  | 'activations'
  | 'weights'
  | 'memory'
  | 'intensity'
  | 'time';

export interface SortOrder {
  readonly column: ColumnName;
  readonly descending: boolean;
}

/** Elements of the first output, so that shapes sort by size; unknown is smallest. */
function toElementCount({ outputs }: LayerReport): number {
  const shape = outputs[0]?.shape ?? null;
  return shape === null ? -1 : shape.reduce<number>((count, size) => count * (typeof size === 'number' ? size : 1), 1);
}

const KEYS: Record<ColumnName, (layer: LayerReport, position: number, more: LayerFigures) => number | string> = {
  index: (_, position) => position,
  name: ({ name }) => name,
  opType: ({ opType }) => opType,
  shape: toElementCount,
  parameters: ({ parameters }) => parameters,
  macs: ({ macs }) => macs ?? -1,
  activations: ({ activationBytes }) => activationBytes ?? -1,
  weights: ({ weightBytes }) => weightBytes,
  memory: ({ index }, _, { details }) => details.get(index)?.liveBytes ?? -1,
  intensity: ({ index }, _, { details }) => details.get(index)?.arithmeticIntensity ?? -1,
  time: ({ index }, _, { times }) => times.get(index) ?? -1,
};

const collator = new Intl.Collator('en', { numeric: true });

/** Layers that contain the text in name or operator, in the wanted order; equal ones stay in execution order. */
export function toSortedLayers(
  layers: readonly LayerReport[],
  filter: string,
  order: SortOrder,
  more: LayerFigures = toLayerFigures(null, null),
): LayerReport[] {
  const text = filter.trim().toLowerCase();
  const sign = order.descending ? -1 : 1;
  return layers
    .map((layer, position) => ({ layer, key: KEYS[order.column](layer, position, more) }))
    .filter(({ layer }) => `${layer.name}\n${layer.opType}`.toLowerCase().includes(text))
    .sort(({ key: one }, { key: other }) => {
      const difference =
        typeof one === 'number' && typeof other === 'number'
          ? one - other
          : collator.compare(String(one), String(other));
      return sign * difference;
    })
    .map(({ layer }) => layer);
}
