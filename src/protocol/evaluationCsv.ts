import type { EvaluationReport } from './evaluation';

const FIXED = ['method', 'image', 'class', 'label', 'predicted', 'true', 'logit', 'probability'] as const;
const BOX = ['boxLeft', 'boxTop', 'boxRight', 'boxBottom'] as const;

/**
 * The rows as comma-separated values (RFC 4180), a column for each metric; curves are left out. Numbers as they are, with
 * all their digits; what has no value is empty.
 */
export function toEvaluationCsv({ rows, metrics }: Pick<EvaluationReport, 'rows' | 'metrics'>): string {
  const lines = rows.map((row) => [
    row.method,
    row.image,
    row.classIndex,
    row.label,
    row.predicted,
    row.trueClasses.join(' '),
    row.logit,
    row.probability,
    ...metrics.map(({ id }) => row.values[id] ?? null),
    row.box?.left ?? null,
    row.box?.top ?? null,
    row.box?.right ?? null,
    row.box?.bottom ?? null,
    row.remark,
  ]);
  const header = [...FIXED, ...metrics.map(({ id }) => id), ...BOX, 'remark'];
  return [header, ...lines].map((line) => `${line.map(quote).join(',')}\r\n`).join('');
}

function quote(value: string | number | null): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
