import type { PageChannel } from '../../src/protocol/channel';
import type { EvaluationReport, EvaluationRow } from '../../src/protocol/evaluation';
import type { EvaluationChoice, EvaluationDialogue, EvaluationSetup } from '../../src/protocol/evaluationPage';
import type { Failure } from '../../src/protocol/messages';

export interface EvaluationState {
  readonly setup: EvaluationSetup | null;
  readonly choice: Omit<EvaluationChoice, 'images'> & { readonly images: string | null };
  /** null: nothing is running. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly failure: Failure | null;
  readonly report: EvaluationReport | null;
  /** Column: `image`, `method`, `class`, or the id of a metric. */
  readonly order: { readonly column: string; readonly descending: boolean };
  /** Of images, methods and labels. */
  readonly search: string;
}

export interface EvaluationApp {
  readonly channel: PageChannel<EvaluationDialogue>;
  readonly state: EvaluationState;
  update(change: Partial<EvaluationState>): void;
}

export const FIRST_STATE: EvaluationState = {
  setup: null,
  choice: { images: null, masks: null, methods: [], metrics: [], classRule: 'predicted', placement: 'stretch' },
  progress: null,
  failure: null,
  report: null,
  order: { column: 'image', descending: false },
  search: '',
};

const collator = new Intl.Collator(undefined, { numeric: true });

/** The rows to be shown, in order; those without a value in the column come last whatever the direction. */
export function arrangeRows({ report, order, search }: EvaluationState): readonly EvaluationRow[] {
  const wanted = search.trim().toLowerCase();
  const rows = (report?.rows ?? []).filter(({ image, method, label }) =>
    [image, method, label ?? ''].some((text) => text.toLowerCase().includes(wanted)),
  );
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [one, other].map((row) => readColumn(row, order.column));
    if (a === null || b === null) {
      return Number(a === null) - Number(b === null);
    }
    return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b)));
  });
}

function readColumn(row: EvaluationRow, column: string): number | string | null {
  switch (column) {
    case 'image':
      return row.image;
    case 'method':
      return row.method;
    case 'class':
      return row.classIndex;
    default:
      return row.values[column] ?? null;
  }
}
