import type { ComparisonReport, LayerChange, LayerComparison, WeightVerdict } from '../protocol/comparison';
import { toLayerStatus } from '../protocol/comparison';
import { sumActivations, sumMacs, toKnownSum, type KnownSum } from '../protocol/knownSum';
import type { HeadReport } from '../protocol/modelReport';
import { countStatuses } from './compareDocument';
import { formatBytes, formatCount } from './quantity';
import { formatTable } from './table';

const MARKS = { equal: '=', changed: '~', added: '+', removed: '-' } as const;

/** The comparison for people: both models' figures, what the files say, heads, costs by type, and the layers that differ. */
export function formatComparison(
  report: ComparisonReport,
  verdicts: readonly WeightVerdict[],
  withWeights: boolean,
): string {
  const sections = [
    formatTotals(report),
    formatFields(report),
    formatHeads(report),
    formatCosts(report),
    formatLayers(report, verdicts),
    formatSummary(report, verdicts, withWeights),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function formatTotals({ a, b }: ComparisonReport): string {
  const row = (name: string, one: number, other: number, format: (value: number) => string) => [
    name,
    format(one),
    format(other),
    one === other ? '' : formatDifference(other - one, format),
  ];
  const rows = [
    ['', 'A', 'B', 'B − A'],
    ['file', a.file.name, b.file.name, ''],
    row('size', a.file.sizeBytes, b.file.sizeBytes, formatBytes),
    row('nodes', a.totals.nodes, b.totals.nodes, formatCount),
    row('parameters', a.totals.parameters, b.totals.parameters, formatCount),
    formatSums('MACs', sumMacs(a), sumMacs(b), formatCount),
    row('weights', a.totals.weightBytes, b.totals.weightBytes, formatBytes),
    formatSums('activations', sumActivations(a), sumActivations(b), formatBytes),
  ];
  return formatTable(rows, ['left', 'right', 'right', 'right']);
}

/** Sums of which a part may be unknown: their difference is that of what is known. */
function formatSums(name: string, one: KnownSum, other: KnownSum, format: (value: number) => string): string[] {
  const unknown = one.unknown + other.unknown > 0;
  const difference =
    one.value === null || other.value === null
      ? 'unknown'
      : one.value === other.value
        ? ''
        : `${formatDifference(other.value - one.value, format)}${unknown ? ' as far as known' : ''}`;
  return [name, formatSum(one, format), formatSum(other, format), difference];
}

function formatSum({ value, unknown }: KnownSum, format: (value: number) => string): string {
  return value === null ? 'unknown' : `${format(value)}${unknown === 0 ? '' : ` + ${unknown} unknown`}`;
}

function formatDifference(difference: number, format: (value: number) => string): string {
  return `${difference < 0 ? '−' : '+'}${format(Math.abs(difference))}`;
}

function formatFields({ fields }: ComparisonReport): string {
  const differing = fields.filter(({ a, b }) => a !== b);
  return formatTable(
    differing.map(({ name, a, b }) => [name, `${showText(a)} → ${showText(b)}`]),
    ['left', 'left'],
  );
}

function showText(text: string | null): string {
  return text ?? '(not stated)';
}

function formatHeads({ a, b }: ComparisonReport): string {
  const [one, other] = [a.heads[0], b.heads[0]];
  const facts = ({ kind, channels, height, width, classes, parameters, ratio }: HeadReport) => [
    kind,
    ...[channels, height, width, classes, parameters].map(formatCount),
    ratio === null ? '?' : ratio.toFixed(4),
  ];
  const columns = ['', 'kind', 'C', 'H', 'W', 'K', 'parameters', 'FC : GAP'];
  return formatTable(
    [columns, ['head of A', ...facts(one)], ['head of B', ...facts(other)]],
    ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
  );
}

function formatCosts({ costByType }: ComparisonReport): string {
  const rows = costByType
    .filter(
      ({ a, b }) =>
        a.layers !== b.layers || a.macs !== b.macs || a.unknownMacs !== b.unknownMacs || a.parameters !== b.parameters,
    )
    .map(({ opType, a, b }) => [
      opType,
      ...[a.layers, b.layers, a.parameters, b.parameters].map(formatCount),
      ...[a, b].map(({ macs, unknownMacs }) => formatSum(toKnownSum(macs, unknownMacs), formatCount)),
    ]);
  const columns = ['layer type', 'A', 'B', 'parameters A', 'B', 'MACs A', 'B'];
  return rows.length === 0
    ? ''
    : formatTable([columns, ...rows], ['left', ...columns.slice(1).map(() => 'right' as const)]);
}

function formatLayers(report: ComparisonReport, verdicts: readonly WeightVerdict[]): string {
  return report.layers
    .filter((layer) => toLayerStatus(layer, verdicts) !== 'equal')
    .map((layer) => formatLayer(report, layer, verdicts))
    .join('\n');
}

function formatLayer(report: ComparisonReport, layer: LayerComparison, verdicts: readonly WeightVerdict[]): string {
  const [one, other] = [
    layer.a === null ? null : report.a.layers[layer.a],
    layer.b === null ? null : report.b.layers[layer.b],
  ];
  const shown = one ?? other;
  const title = shown === null ? '' : `${shown.opType} ${shown.name || `#${shown.index}`}`;
  const renamed =
    one !== null && other !== null && one.name !== other.name ? ` ↔ ${other.name || `#${other.index}`}` : '';
  const different = layer.weights.filter((weight) => verdicts[weight] === 'different');
  const details = [
    ...layer.changes.map(formatChange),
    // A change of type or dimensions says already that these weights differ.
    ...different.filter((weight) => hasSameForm(report, weight)).map((weight) => formatWeight(report, weight)),
  ];
  const lines = [
    `${MARKS[toLayerStatus(layer, verdicts)]} ${title}${renamed}`,
    ...details.map((text) => `    ${text}`),
  ];
  return lines.join('\n');
}

function formatChange({ kind, name, a, b }: LayerChange): string {
  const subject = kind === 'operator' ? 'operator' : `${kind} ${name}`;
  return `${subject}: ${a ?? 'none'} → ${b ?? 'none'}`;
}

function hasSameForm({ weights }: ComparisonReport, weight: number): boolean {
  const { a, b } = weights[weight];
  return a.type === b.type && a.shape.join() === b.shape.join();
}

function formatWeight({ weights }: ComparisonReport, weight: number): string {
  return `weight ${weights[weight].a.name || 'value'}: other values`;
}

function formatSummary(report: ComparisonReport, verdicts: readonly WeightVerdict[], withWeights: boolean): string {
  const { equal, changed, added, removed } = countStatuses(report, verdicts);
  const count = (wanted: WeightVerdict) => verdicts.filter((verdict) => verdict === wanted).length;
  const weights = withWeights
    ? `Weights: ${count('equal')} pairs equal, ${count('different')} different` +
      (count('unreadable') === 0 ? '' : `, ${count('unreadable')} not readable`)
    : 'Weights are not compared: add --weights';
  return `Layers: ${equal} equal, ${changed} changed, ${added} only in B, ${removed} only in A\n${weights}`;
}
