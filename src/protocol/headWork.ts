import type { Picture } from './explanation';
import type { HeadFitReport } from './headFit';
import type { SwapMaps, SwapMethod, SwapProposal, SwapTarget } from './headSwap';

/** What the Head view asks the host for beside figures: another head, worked out and saved when the user wants it. */

/** A folder, a folder of folders or a CSV file that the user chose. */
export interface HeadData {
  readonly path: string;
  /** For display. */
  readonly name: string;
}

/** The ways to another head, for each kind that it may get. */
export interface SwapChoices {
  /** The kind that the head is of already; null when it is linear in neither way. */
  readonly own: SwapTarget | null;
  readonly methods: Readonly<Record<SwapTarget, readonly SwapChoice[]>>;
}

interface SwapChoice {
  readonly method: SwapMethod;
  /** Why it does not apply to this head; null when it does. */
  readonly refusal: string | null;
}

export interface SwapRequest {
  /** Position in the report's list of heads. */
  readonly head: number;
  readonly target: SwapTarget;
  readonly method: SwapMethod;
  /** Images to compare the heads on; null: those of the CAM view's list. */
  readonly data: HeadData | null;
}

/** A head that was worked out and is not saved. */
export interface SwapPreview {
  readonly request: SwapRequest;
  /** Of the latest preview; only that can be saved. */
  readonly id: number;
  readonly proposal: SwapProposal;
  /** Names of the new head's classes where they are others than the model's. */
  readonly labels: readonly string[] | null;
  /** The worst images, with the maps of both heads. */
  readonly pairs: readonly SwapPair[];
  /** Pixels of the model's input; null when images are ready tensors. */
  readonly input: { readonly height: number; readonly width: number } | null;
}

export interface SwapPair extends SwapMaps {
  /** What the network was fed, small; null when it cannot be drawn. */
  readonly picture: Picture | null;
}

export interface FitRequest {
  readonly data: HeadData;
  readonly kinds: readonly ('gap' | 'fc')[];
  /** Strength of the l2 penalty, or `cv` to choose it by cross-validation. */
  readonly penalty: number | 'cv';
  readonly seed: number;
}

/** Heads that were fitted and are not saved. */
export interface FitAnswer {
  readonly request: FitRequest;
  readonly report: HeadFitReport;
}

/** How far long work is. */
export interface HeadProgress {
  readonly text: string;
  /** 0…1; null: not known. */
  readonly fraction: number | null;
}

/** Long work of the Head view that shows its stages. */
export type HeadWork = 'swap' | 'fit';
