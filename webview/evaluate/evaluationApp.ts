import type { PageChannel } from '../../src/protocol/channel';
import type { ClassRule, EvaluationReport, EvaluationRow } from '../../src/protocol/evaluation';
import type {
  EvaluationChoice,
  EvaluationDialogue,
  EvaluationSetup,
  HostToEvaluation,
} from '../../src/protocol/evaluationPage';
import type { Failure } from '../../src/protocol/messages';
import { capitalize } from '../../src/protocol/capitalize';

/** What is chosen so far; null: not yet. */
interface ChoiceState extends Omit<EvaluationChoice, 'images' | 'classRule'> {
  readonly images: string | null;
  /** null: one class, which is not named yet. */
  readonly classRule: ClassRule | null;
}

export interface EvaluationState {
  readonly setup: EvaluationSetup | null;
  readonly choice: ChoiceState;
  /** null: nothing is running. `total` 0: it has not begun. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly failure: Failure | null;
  /** Grows while an evaluation runs. */
  readonly report: EvaluationReport | null;
  /** Column: `image`, `method`, `class`, or the id of a metric. */
  readonly order: { readonly column: string; readonly descending: boolean };
  readonly filter: RowFilter;
  /** Lists of methods and metrics that are closed. */
  readonly folded: readonly string[];
  /** What became of the last save. */
  readonly note: string;
}

/** Which rows are shown; null: all. */
export interface RowFilter {
  /** In images, methods and labels. */
  readonly search: string;
  readonly method: string | null;
  readonly classIndex: number | null;
}

export interface EvaluationApp {
  readonly channel: PageChannel<EvaluationDialogue>;
  readonly state: EvaluationState;
  update(change: Partial<EvaluationState>): void;
  choose(change: Partial<ChoiceState>): void;
}

const NO_FILTER: RowFilter = { search: '', method: null, classIndex: null };

/** As on the command line. */
const DEFAULTS = { classRule: 'predicted', placement: 'stretch', layer: null, steps: 50, tolerance: 0 } as const;

export const FIRST_STATE: EvaluationState = {
  setup: null,
  choice: { images: null, masks: null, methods: [], metrics: [], ...DEFAULTS },
  progress: null,
  failure: null,
  report: null,
  order: { column: 'image', descending: false },
  filter: NO_FILTER,
  folded: [],
  note: '',
};

/** What an event of the host changes in the state. */
export function applyEvaluationEvent(state: EvaluationState, event: HostToEvaluation): Partial<EvaluationState> {
  switch (event.type) {
    case 'evaluationReady':
      return { setup: event.setup, failure: null, choice: toFirstChoice(state.choice, event.setup) };
    case 'evaluationFailed':
      return { failure: event.failure };
    case 'evaluationBegan':
      // What was found before stays until there is something in its place.
      return { report: event.report, filter: NO_FILTER };
    case 'evaluationAdvanced': {
      const { report } = state;
      const { done, total } = event;
      const rows = report && mergeRows(report.rows, event.rows);
      return {
        progress: state.progress && { done, total },
        report: report && rows && { ...report, rows, summaries: [...report.summaries, ...event.summaries] },
      };
    }
    default:
      return event satisfies never;
  }
}

/** The usual method, the metrics that are quick, and the folders where such things lie. */
function toFirstChoice(choice: ChoiceState, setup: EvaluationSetup): ChoiceState {
  const { method, images, masks } = setup;
  const found = { ...choice, images, masks, methods: method === null ? [] : [method] };
  return { ...found, metrics: listQuickMetrics(setup, masks !== null) };
}

export function listQuickMetrics({ metrics }: EvaluationSetup, hasTruth: boolean): readonly string[] {
  return metrics.filter(({ needsTruth, isSlow }) => !isSlow && (hasTruth || !needsTruth)).map(({ id }) => id);
}

/** Rows with those that are new or say more, each in its place. */
function mergeRows(known: readonly EvaluationRow[], added: readonly EvaluationRow[]): readonly EvaluationRow[] {
  if (added.length === 0) {
    return known;
  }
  const toKey = ({ method, image, classIndex }: EvaluationRow): string => `${method}\n${image}\n${classIndex}`;
  const rows = new Map(known.map((row) => [toKey(row), row]));
  added.forEach((row) => rows.set(toKey(row), row));
  return [...rows.values()];
}

/** What is missing before it can run. */
export function findProblem({ choice }: EvaluationState): string | null {
  if (choice.images === null) {
    return 'Choose a folder of images.';
  }
  if (choice.classRule === null) {
    return 'Name a class of the model, or its index.';
  }
  if (choice.methods.length === 0) {
    return 'Choose a method.';
  }
  return choice.metrics.length === 0 ? 'Choose a metric.' : null;
}

/** The class that a text names: its index, or a label in whichever case; null when there is none. */
export function findClassIndex(text: string, { labels, classes }: EvaluationSetup): number | null {
  const wanted = text.trim().toLowerCase();
  if (/^\d+$/.test(wanted)) {
    return Number(wanted) < classes ? Number(wanted) : null;
  }
  const found = labels?.findIndex((label) => label.toLowerCase() === wanted) ?? -1;
  return found === -1 ? null : found;
}

export function nameMethod(setup: EvaluationSetup | null, id: string): string {
  return capitalize(setup?.methods.find((method) => method.id === id)?.name ?? id);
}

export function nameClass({ label, classIndex }: Pick<EvaluationRow, 'label' | 'classIndex'>): string {
  return label ?? `class ${classIndex}`;
}
