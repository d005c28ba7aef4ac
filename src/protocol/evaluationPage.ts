import type { ClassRule, EvaluationReport, MapPlacement, MetricDescription } from './evaluation';
import type { MethodChoice } from './mapChoices';
import type { Failure } from './messages';

/** What can be chosen for one model. */
export interface EvaluationSetup {
  /** File name of the model. */
  readonly model: string;
  readonly methods: readonly MethodChoice[];
  /** Chosen at first; null: none can be used. */
  readonly method: string | null;
  readonly metrics: readonly (MetricDescription & { readonly isSlow: boolean })[];
}

/** What the user chose. */
export interface EvaluationChoice {
  /** Absolute paths. */
  readonly images: string;
  readonly masks: string | null;
  readonly methods: readonly string[];
  readonly metrics: readonly string[];
  readonly classRule: ClassRule;
  readonly placement: MapPlacement;
}

export type HostToEvaluation =
  /** Answer to `ready`. */
  | { readonly type: 'evaluationReady'; readonly setup: EvaluationSetup }
  /** The model cannot be read. */
  | { readonly type: 'evaluationFailed'; readonly failure: Failure }
  /** `done` of `total` maps are judged. */
  | { readonly type: 'evaluationProgressed'; readonly done: number; readonly total: number };

export type EvaluationToHost =
  | { readonly type: 'ready' }
  /** A report is on the screen; rows that exist in the table's body. */
  | { readonly type: 'reportDrawn'; readonly rows: number }
  | { readonly type: 'pageFailed'; readonly message: string; readonly stack: string };

export interface EvaluationRequests {
  /** Ask for a folder of images, or of annotations (or a COCO file); null when dismissed. */
  readonly chooseFolder: {
    readonly params: { readonly what: 'images' | 'masks' };
    readonly result: { readonly path: string | null };
  };
  readonly evaluate: { readonly params: EvaluationChoice; readonly result: EvaluationReport };
  /** Save bytes under a name the user confirms; null when dismissed. */
  readonly saveFile: {
    readonly params: { readonly name: string; readonly bytes: Uint8Array };
    readonly result: { readonly path: string | null };
  };
  readonly showLog: { readonly params: Record<string, never>; readonly result: Record<string, never> };
}

/** What the page of an evaluation and the host say to each other. */
export interface EvaluationDialogue {
  readonly toPage: HostToEvaluation;
  readonly toHost: EvaluationToHost;
  readonly requests: EvaluationRequests;
}
