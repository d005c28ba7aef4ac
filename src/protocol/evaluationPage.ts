import type {
  ClassRule,
  EvaluationReport,
  EvaluationRow,
  EvaluationSummary,
  MapPlacement,
  MetricDescription,
} from './evaluation';
import type { LayerChoice, MethodChoice } from './mapChoices';
import type { Failure } from './messages';

/** What can be chosen for one model. */
export interface EvaluationSetup {
  /** File name of the model. */
  readonly model: string;
  readonly methods: readonly MethodChoice[];
  /** Chosen at first; null: none can be used. */
  readonly method: string | null;
  readonly metrics: readonly (MetricDescription & { readonly isSlow: boolean })[];
  /** Last maps of the stages, nearest to the logits first, and all layers, the image first. */
  readonly stages: readonly LayerChoice[];
  readonly layers: readonly LayerChoice[];
  readonly classes: number;
  /** null: classes are shown by number. */
  readonly labels: readonly string[] | null;
  /** Folders that lie where such folders lie; null: there is none. */
  readonly images: string | null;
  readonly masks: string | null;
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
  /** Tensor for all but the exact method; null: the usual one. */
  readonly layer: string | null;
  /** Of the insertion and deletion curves, 1 to 1000. */
  readonly steps: number;
  /** Of the pointing game, in pixels of the model's input. */
  readonly tolerance: number;
}

/** A report whose rows arrived before it. */
type EvaluationOutcome = Omit<EvaluationReport, 'rows'>;

export type HostToEvaluation =
  /** Answer to `ready`. */
  | { readonly type: 'evaluationReady'; readonly setup: EvaluationSetup }
  /** The model cannot be read. */
  | { readonly type: 'evaluationFailed'; readonly failure: Failure }
  /** The images are listed and the first one is under way; the report has no rows yet. */
  | { readonly type: 'evaluationBegan'; readonly report: EvaluationReport; readonly images: number }
  /** What is new since the last time: a row takes the place of an earlier one of the same method, image and class. */
  | {
      readonly type: 'evaluationAdvanced';
      readonly rows: readonly EvaluationRow[];
      readonly summaries: readonly EvaluationSummary[];
      readonly done: number;
      readonly total: number;
    };

type EvaluationToHost =
  { readonly type: 'ready' } | { readonly type: 'pageFailed'; readonly message: string; readonly stack: string };

interface EvaluationRequests {
  /** Ask for a folder of images, or of annotations (or a COCO file); null when dismissed. */
  readonly chooseFolder: {
    readonly params: { readonly what: 'images' | 'masks' };
    readonly result: { readonly path: string | null };
  };
  /** Judge maps; when it is cancelled, the outcome is that of the rows that there are. */
  readonly evaluate: { readonly params: EvaluationChoice; readonly result: EvaluationOutcome };
  /** Show the map of a row in the CAM view of the model. */
  readonly showMap: {
    readonly params: { readonly image: string; readonly method: string; readonly classIndex: number };
    readonly result: Record<string, never>;
  };
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
