import type { HeadReport } from '../../src/protocol/modelReport';
import type { AppState } from '../app';
import type { HeadChoices, Supposition } from './headChoices';
import type { HeadFindings } from './headFindings';

/** What every card of the Head view draws. */
export interface HeadScene {
  readonly state: AppState;
  readonly head: HeadReport;
  readonly choices: HeadChoices;
  readonly findings: HeadFindings;
}

/** One card of the Head view; cards stand below each other in the order of the list in headView.ts. */
export interface HeadCard {
  readonly element: HTMLElement;
  /** Called on every change while the view is shown; compare with what was drawn to do little. */
  draw(scene: HeadScene): void;
}

/** What cards may do beside drawing. */
export interface HeadActions {
  choose(change: Partial<HeadChoices>): void;
  /** Other sizes to compare the heads at. */
  suppose(change: Partial<Supposition>): void;
  measure(): void;
  /** Reads the weights of one layer; null: of the whole head, or its last layer. */
  readWeights(layer: number | null): void;
  readRow(row: number): void;
}
