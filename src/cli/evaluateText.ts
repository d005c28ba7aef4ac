import type { EvaluationReport } from '../protocol/evaluation';
import { formatTable } from './table';

/** A row per method, a column per metric; what it means is said below. */
export function formatEvaluation(report: EvaluationReport): string {
  const { metrics, settings, summaries, rows, warnings, errors } = report;
  const arrows = { higher: '↑', lower: '↓', one: '→1' } as const;
  const header = ['', 'maps', ...metrics.map(({ id, better }) => `${id} ${arrows[better]}`)];
  const body = settings.methods.map((method) => [
    method,
    String(rows.filter((row) => row.method === method).length),
    ...metrics.map(({ id }) =>
      formatValue(summaries.find((each) => each.method === method && each.metric === id)?.value ?? null),
    ),
  ]);
  const alignment = ['left', 'right', ...metrics.map(() => 'right' as const)] as const;
  return [
    formatTable([header, ...body], alignment),
    '',
    'Means over the maps that have a value (↑ higher is better, ↓ lower, →1 nearer to 1).',
    describeSettings(report),
    ...metrics.map(({ id, formula, source }) => `  ${id}: ${formula}. ${source}.`),
    ...warnings.map((warning) => `Note: ${warning}`),
    ...(errors.length === 0 ? [] : [`${errors.length} could not be judged.`]),
    '',
  ].join('\n');
}

function describeSettings({ settings, metrics }: EvaluationReport): string {
  const { classes, placement, layer, steps, tolerance, seed } = settings;
  const where =
    placement === 'stretch'
      ? 'resized to the input (half-pixel centres)'
      : 'placed at the centres of their receptive fields';
  const has = (...ids: string[]) => metrics.some(({ id }) => ids.includes(id));
  return [
    `Class judged: ${typeof classes === 'number' ? `class ${classes}` : `the ${classes} one`}.`,
    `Maps${layer === null ? '' : ` at "${layer}"`} ${where}, bilinear.`,
    ...(has('pointing') ? [`Tolerance ${tolerance} pixels.`] : []),
    ...(has('insertion', 'deletion') ? [`Curves of ${steps} steps.`] : []),
    ...(has('road', 'sanity') ? [`Seed ${seed}.`] : []),
  ].join(' ');
}

function formatValue(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}
