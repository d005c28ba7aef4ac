import type { PageChannel } from '../../src/protocol/channel';
import type {
  ComparisonDialogue,
  ComparisonReport,
  LayerStatus,
  WeightDifference,
  WeightVerdict,
} from '../../src/protocol/comparison';
import { toLayerStatus } from '../../src/protocol/comparison';
import type { Failure } from '../../src/protocol/messages';

export type LayerFilter = 'all' | LayerStatus;
export const FILTERS: readonly LayerFilter[] = ['all', 'changed', 'added', 'removed'];

/** How far the comparison of weights is. */
type WeightsState =
  | { readonly status: 'idle' }
  | { readonly status: 'running'; readonly fraction: number }
  | { readonly status: 'done' }
  | { readonly status: 'failed'; readonly failure: Failure };

/** What is known about the distance of one pair of weights. */
export type DifferenceState =
  | { readonly status: 'running' }
  | { readonly status: 'done'; readonly difference: WeightDifference }
  | { readonly status: 'failed'; readonly failure: Failure };

/** Everything the page of a comparison draws. */
export interface ComparisonState {
  readonly report: ComparisonReport | null;
  readonly failure: Failure | null;
  /** One for each of `report.weights`. */
  readonly verdicts: readonly WeightVerdict[];
  /** One for each of `report.layers`. */
  readonly statuses: readonly LayerStatus[];
  readonly weights: WeightsState;
  readonly differences: ReadonlyMap<number, DifferenceState>;
  readonly filter: LayerFilter;
  readonly search: string;
  /** Position in `report.layers`. */
  readonly selected: number | null;
}

export interface ComparisonApp {
  readonly channel: PageChannel<ComparisonDialogue>;
  readonly state: ComparisonState;
  update(change: Partial<ComparisonState>): void;
}

export const FIRST_STATE: ComparisonState = {
  report: null,
  failure: null,
  verdicts: [],
  statuses: [],
  weights: { status: 'idle' },
  differences: new Map(),
  filter: 'all',
  search: '',
  selected: null,
};

/** What the user is looking at; kept while the page is not. */
export type ComparisonChoices = Pick<ComparisonState, 'filter' | 'search' | 'selected'>;

/** The kept choices that are understood; anything else is left out. */
export function readSavedChoices(saved: unknown): Partial<ComparisonChoices> {
  if (typeof saved !== 'object' || saved === null) {
    return {};
  }
  const { filter, search, selected } = saved as Readonly<Record<string, unknown>>;
  const known = FILTERS.find((one) => one === filter);
  return {
    ...(known === undefined ? {} : { filter: known }),
    ...(typeof search === 'string' ? { search } : {}),
    ...(typeof selected === 'number' ? { selected } : {}),
  };
}

/** A comparison that was read (again): what was found out about weights holds no longer. */
export function applyReport(
  report: ComparisonReport,
  { selected = null, ...choices }: Partial<ComparisonChoices> = {},
): Partial<ComparisonState> {
  const verdicts = report.weights.map(({ verdict }) => verdict);
  return {
    report,
    failure: null,
    weights: { status: 'idle' },
    differences: new Map(),
    ...choices,
    selected: selected !== null && selected in report.layers ? selected : null,
    ...applyVerdicts(report, verdicts),
  };
}

export function applyVerdicts(
  report: ComparisonReport,
  verdicts: readonly WeightVerdict[],
): Pick<ComparisonState, 'verdicts' | 'statuses'> {
  return { verdicts, statuses: report.layers.map((layer) => toLayerStatus(layer, verdicts)) };
}
