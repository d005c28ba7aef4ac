import type { EvaluationRow } from '../../src/protocol/evaluation';
import type { EvaluationState } from './evaluationApp';
import { nameMethod } from './evaluationApp';

const collator = new Intl.Collator(undefined, { numeric: true });

type Arranged = Pick<EvaluationState, 'setup' | 'report' | 'order' | 'filter'>;

/** The rows to be shown, in order; those without a value in the column come last whatever the direction. */
export function arrangeRows({ setup, report, order, filter }: Arranged): readonly EvaluationRow[] {
  const wanted = filter.search.trim().toLowerCase();
  const rows = (report?.rows ?? []).filter(
    ({ image, method, label, classIndex }) =>
      (filter.method === null || filter.method === method) &&
      (filter.classIndex === null || filter.classIndex === classIndex) &&
      [image, method, nameMethod(setup, method), label ?? ''].some((text) => text.toLowerCase().includes(wanted)),
  );
  const sign = order.descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: readColumn(row, order.column) }));
  return keyed
    .sort(({ key: a }, { key: b }) => {
      if (a === null || b === null) {
        return Number(a === null) - Number(b === null);
      }
      return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b)));
    })
    .map(({ row }) => row);
}

function readColumn(row: EvaluationRow, column: string): number | string | null {
  switch (column) {
    case 'image':
      return row.image;
    case 'method':
      return row.method;
    case 'class':
      return row.label ?? row.classIndex;
    default:
      return row.values[column] ?? null;
  }
}
