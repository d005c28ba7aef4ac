import type { ComparisonReport } from '../../src/protocol/comparison';
import type { LayerReport } from '../../src/protocol/modelReport';
import type { ComparisonState } from './comparisonApp';

/** Positions in `report.layers` that pass the filter and the search (name, operator or output of either side). */
export function findShownLayers(
  report: ComparisonReport,
  { statuses, filter, search }: Pick<ComparisonState, 'statuses' | 'filter' | 'search'>,
): number[] {
  const wanted = search.trim().toLowerCase();
  const shown: number[] = [];
  report.layers.forEach((_, position) => {
    const passes = filter === 'all' || statuses[position] === filter;
    const { a, b } = toSides(report, position);
    if (passes && (wanted === '' || [a, b].some((layer) => layer !== null && matches(layer, wanted)))) {
      shown.push(position);
    }
  });
  return shown;
}

/** The layers that a row puts side by side. */
export function toSides(
  { a, b, layers }: ComparisonReport,
  position: number,
): { readonly a: LayerReport | null; readonly b: LayerReport | null } {
  const row = layers[position];
  return { a: row.a === null ? null : a.layers[row.a], b: row.b === null ? null : b.layers[row.b] };
}

function matches({ name, opType, outputs }: LayerReport, wanted: string): boolean {
  return [name, opType, ...outputs.map((output) => output.name)].some((text) => text.toLowerCase().includes(wanted));
}

/** B − A of a figure; what is missing on a side counts as 0, null where a figure is not known. */
export function computeCostDifference(
  { a, b }: { readonly a: LayerReport | null; readonly b: LayerReport | null },
  of: (layer: LayerReport) => number | null,
): number | null {
  const [one, other] = [a, b].map((layer) => (layer === null ? 0 : of(layer)));
  return one === null || other === null ? null : other - one;
}
