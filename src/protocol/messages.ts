import type { Explanation, LayerExplanation } from './explanation';
import type { HeadWeights, WeightRow } from './headWeights';
import type {
  FitAnswer,
  FitRequest,
  HeadData,
  HeadProgress,
  HeadWork,
  SwapChoices,
  SwapPreview,
  SwapRequest,
} from './headWork';
import type { BodyPath, BodyReport, LayerBody } from './layerBodies';
import type { MapChoices } from './mapChoices';
import type { HeadMeasurement, LayerMeasurement, MeasuredHeadSize, ShapeMeasurement } from './measurement';
import type { AverageMap, GalleryCell, GalleryRow, GallerySeries, GallerySide } from './gallery';
import type { ModelDetails } from './modelDetails';
import type { ModelReport } from './modelReport';
import type { LayerNotes } from './notes';
import type { Preprocessing, SettingSource } from './preprocessing';
import type { TargetChoice, TargetReading } from './target';

/** The views of the editor, in tab order. */
export type ViewName = 'graph' | 'summary' | 'head' | 'cam' | 'images';

/** What the user is told when something fails. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** True when trying the same again can succeed (the inference process ended, a file was missing). */
  readonly retry: boolean;
}

/** How images are read for this model, and where that was found. */
export interface ModelSettings {
  readonly preprocessing: Preprocessing;
  readonly preprocessingSource: SettingSource;
  readonly preprocessingNote: string;
  /** One label per class, or null: classes are shown by number. */
  readonly labels: readonly string[] | null;
  readonly labelsSource: SettingSource | null;
  /** Path of the sidecar file, whether or not it exists. */
  readonly sidecar: string;
  readonly sidecarExists: boolean;
}

/** Preferences that the page starts from; the page keeps its own choices afterwards. */
export interface DisplayDefaults {
  readonly colorMap: string;
  readonly opacity: number;
}

/** An image in the list of the CAM view; `id` is stable for a path. */
export interface ImageItem {
  readonly id: string;
  readonly name: string;
  /** Workspace-relative path for display. */
  readonly path: string;
}

/** What of a map that the CAM view shows another way of drawing maps can begin from. */
export interface MapInView {
  /** Id of the method. */
  readonly method: string;
  /** Tensor name; null for methods that draw at no layer of one's choice. */
  readonly layer: string | null;
  /** Which of the most likely classes it is of, 0 the first, −1 for another one; null when it is of no class. */
  readonly rank: number | null;
}

/** A block or layer as the graph shows it, in execution order. Ids are those of the graph. */
export interface OutlineItem {
  readonly id: string;
  readonly label: string;
  /** Operators, shape or number of layers, in a few words. */
  readonly detail: string;
  readonly kind: 'block' | 'layer' | 'value';
  readonly children: readonly OutlineItem[];
}

/** Host → webview: things that happened. */
export type HostToWebview =
  /** Answer to `ready` and after a reload of the file: everything needed to draw. */
  | {
      readonly type: 'modelLoaded';
      readonly report: ModelReport;
      readonly display: DisplayDefaults;
      readonly trusted: boolean;
    }
  /** The model was sent before the page said `ready`: a page that has none says so again. */
  | { readonly type: 'modelSentAhead' }
  /** The file could not be read. */
  | { readonly type: 'modelFailed'; readonly failure: Failure }
  /** A command asks for a view. */
  | { readonly type: 'viewRequested'; readonly view: ViewName }
  /** A map is to be shown in the CAM view: of an image of the list, by a method of the table (layer null: its usual one). */
  | {
      readonly type: 'mapRequested';
      readonly imageId: string;
      readonly method: string;
      readonly layer: string | null;
      readonly classIndex: number;
    }
  /** The user chose an item of the outline: the graph shows it. */
  | { readonly type: 'itemRequested'; readonly item: string }
  /** Preprocessing and labels, resolved after the report or changed later. */
  | { readonly type: 'settingsChanged'; readonly settings: ModelSettings }
  /** Images were chosen (quick pick, context menu, drop); each is explained on request of the page. */
  | { readonly type: 'imagesAdded'; readonly images: readonly ImageItem[] }
  /** An image was taken off the list, in this page or in another one of the same model. */
  | { readonly type: 'imageRemoved'; readonly imageId: string }
  /** A series of many images was started, ended or dropped (null); one with another id begins without rows. */
  | { readonly type: 'galleryChanged'; readonly side: GallerySide; readonly series: GallerySeries | null }
  /** So many more images of a series are done; or, to a page that was just made, all that are. */
  | {
      readonly type: 'galleryAdvanced';
      readonly side: GallerySide;
      /** Of the series. */
      readonly id: number;
      /** How many rows come before these. */
      readonly from: number;
      readonly rows: readonly GalleryRow[];
    }
  /** How far a swap or a fit of a head is. */
  | { readonly type: 'headAdvanced'; readonly work: HeadWork; readonly progress: HeadProgress }
  /** Something that takes longer than 300 ms is under way, or ended (fraction null: indeterminate). */
  | {
      readonly type: 'progressed';
      readonly task: string;
      readonly label: string;
      readonly fraction: number | null;
      readonly done: boolean;
    };

/** Webview → host: things that happened in the page. */
export type WebviewToHost =
  /** The page listens; the host answers with `modelLoaded` or `modelFailed`. */
  | { readonly type: 'ready' }
  /** The user looks at this node (index in the file) or at none. */
  | { readonly type: 'layerSelected'; readonly index: number | null }
  /** The blocks and layers of the model, once the graph is drawn. */
  | { readonly type: 'outlined'; readonly items: readonly OutlineItem[] }
  /** The user looks at this item of the outline or at none. */
  | { readonly type: 'itemSelected'; readonly item: string | null }
  /** The user took an image off the list. */
  | { readonly type: 'imageRemoved'; readonly imageId: string }
  /** The CAM view shows another map (null: none any more). */
  | { readonly type: 'mapShown'; readonly map: MapInView | null }
  /** The user pressed Cancel on a task that `progressed` told of. */
  | { readonly type: 'taskCancelled'; readonly task: string }
  /** First useful picture drawn; milliseconds since navigation start. For tests and the benchmark. */
  | { readonly type: 'drawn'; readonly view: ViewName; readonly elapsedMs: number }
  /** An error in the page's own code, for the log. */
  | { readonly type: 'pageFailed'; readonly message: string; readonly stack: string };

/** Statistics of an initializer, read on demand. */
export interface TensorStatistics {
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  readonly standardDeviation: number;
  readonly zeros: number;
  readonly notFinite: number;
  /** Counts of equal-width bins from minimum to maximum. */
  readonly histogram: readonly number[];
}

/** Some elements of a stored tensor, row-major from `offset` on. */
export interface TensorValues {
  readonly offset: number;
  /** 64-bit integers that a double cannot hold, complex numbers and strings as text. */
  readonly values: Float64Array | readonly string[];
}

/** Which stored tensor: its name means something else in another graph. */
interface StoredTensorName {
  readonly path: BodyPath;
  readonly name: string;
}

/** All classifier rows, so that switching classes needs no round trip; null when too large to send. */
export interface ClassifierWeights {
  /** [classes, channels] for pooled heads, [classes, channels, height, width] for FC heads. */
  readonly weights: Float32Array;
  readonly perPosition: boolean;
  readonly bias: Float32Array;
  /** What the certificates of these classes allow for, where the model itself rounds; absent for 32-bit floats. */
  readonly slack?: {
    /** Relative to the logit. */
    readonly precision: number;
    /** In logit units, [classes]. */
    readonly rounding: Float32Array;
  };
}

/** Requests of the page: name → parameters and result. Every request gets exactly one answer. */
interface Requests {
  /** Ask the user for images; those chosen arrive as `imagesAdded`. */
  readonly pickImages: { readonly params: Record<string, never>; readonly result: { readonly added: number } };
  /** Images dropped on the page: `file://` or `vscode-remote://` URIs. */
  readonly addImages: {
    readonly params: { readonly uris: readonly string[] };
    /** `refused`: names of what is no image file. */
    readonly result: { readonly added: number; readonly refused: readonly string[] };
  };
  /** Run the model on one image of the list; `classes`: further classes to map beside the top ones. */
  readonly explain: {
    readonly params: { readonly imageId: string; readonly classes: readonly number[] };
    readonly result: Explanation;
  };
  /** The methods and layers that maps of a target (null: a class) can be drawn with; nothing is run for it. */
  readonly mapChoices: { readonly params: { readonly target: TargetChoice | null }; readonly result: MapChoices };
  /** A target in the grammar of `--target`, read: files are taken from the model's folder, labels become indices. */
  readonly readTarget: { readonly params: { readonly text: string }; readonly result: TargetReading };
  /** Ask the user for a file that holds a mask; null when dismissed. */
  readonly pickMask: { readonly params: Record<string, never>; readonly result: { readonly path: string | null } };
  /** Run the model on one image of the list and draw maps by a method that works at any layer; one run per class. */
  readonly explainLayer: {
    readonly params: {
      readonly imageId: string;
      /** Id of the method. */
      readonly method: string;
      /** Tensor name; null: the usual one. */
      readonly layer: string | null;
      /** Layers at which the same will be asked for next: drawn in the same run, where that is possible. */
      readonly beside?: readonly string[];
      readonly classes: readonly number[];
      /** How many of the most likely classes get a map, 0 to 5. */
      readonly topCount: number;
      /** Class whose logit is subtracted; null for none. */
      readonly contrast: number | null;
      /** What is explained in place of classes; null: classes. */
      readonly target: TargetChoice | null;
    };
    readonly result: LayerExplanation;
  };
  /** Rows of the classifier (they do not depend on the image for linear heads). */
  readonly classifierWeights: { readonly params: Record<string, never>; readonly result: ClassifierWeights | null };
  /** Statistics of a stored tensor, by its name in the graph at `path`. */
  readonly tensorStatistics: { readonly params: StoredTensorName; readonly result: TensorStatistics };
  /** Elements `offset` to `offset + count` (at most 1 048 576) of a stored tensor; only they are read. */
  readonly tensorValues: {
    readonly params: StoredTensorName & { readonly offset: number; readonly count: number };
    readonly result: TensorValues;
  };
  /** Save a stored tensor as `.npy` where the user says; null when dismissed. However large it is, memory stays flat. */
  readonly saveTensor: {
    readonly params: StoredTensorName;
    readonly result: { readonly path: string | null };
  };
  /** Save bytes under a name the user confirms; null when dismissed. */
  readonly saveFile: {
    readonly params: { readonly name: string; readonly bytes: Uint8Array };
    readonly result: { readonly path: string | null };
  };
  /** Put text on the clipboard (the page itself may not). */
  readonly copyText: { readonly params: { readonly text: string }; readonly result: Record<string, never> };
  /** Open (creating it first when missing) the sidecar file in an editor. */
  readonly editSettings: { readonly params: Record<string, never>; readonly result: Record<string, never> };
  /** Read the file again, or end the inference process and start anew. */
  readonly reload: { readonly params: Record<string, never>; readonly result: Record<string, never> };
  /** Bind free input dimensions and analyse again (arrives as `modelLoaded`). */
  readonly bindShapes: {
    readonly params: { readonly shapes: Readonly<Record<string, readonly number[]>> };
    readonly result: Record<string, never>;
  };
  /** Figures of the model that no first picture shows. */
  readonly modelDetails: { readonly params: Record<string, never>; readonly result: ModelDetails };
  /** What a layer (index of its node in the graph at `path`) runs inside: a function, branches, the body of a loop; at most 500 layers. */
  readonly layerBodies: {
    readonly params: { readonly path: BodyPath; readonly index: number };
    readonly result: { readonly bodies: readonly LayerBody[] };
  };
  /** One such body as a graph of its own. */
  readonly bodyReport: { readonly params: { readonly path: BodyPath }; readonly result: BodyReport };
  /** What the file says in words of a layer (index of its node; null: of none) and of values by name, in the graph at `path`. */
  readonly notes: {
    readonly params: {
      readonly path: BodyPath;
      readonly layer: number | null;
      readonly values: readonly string[];
    };
    readonly result: LayerNotes;
  };
  /** Run the model on random input, several times, and time its layers; also what the machine reaches at best. */
  readonly measureLayers: { readonly params: Record<string, never>; readonly result: LayerMeasurement };
  /** Run the model once to learn the shapes that the graph does not tell (the report arrives as `modelLoaded`). */
  readonly measureShapes: { readonly params: Record<string, never>; readonly result: ShapeMeasurement };
  /** Run a GAP head and an FC head of this size by themselves, and time them. */
  readonly measureHeads: { readonly params: MeasuredHeadSize; readonly result: HeadMeasurement };
  /** Norms, use and spectrum of the weights of a head of the report; `layer` null: the last or only one. */
  readonly headWeights: {
    readonly params: { readonly head: number; readonly layer: number | null };
    readonly result: HeadWeights;
  };
  /** One row of those weights with all its positions, and its cosine to the others. */
  readonly headWeightRow: {
    readonly params: { readonly head: number; readonly layer: number | null; readonly row: number };
    readonly result: WeightRow;
  };
  /** The ways to another head in the place of this one of the report; nothing is run for it. */
  readonly swapChoices: { readonly params: { readonly head: number }; readonly result: SwapChoices };
  /** Ask the user for a folder or a CSV file (`path,label`) of images; null when dismissed. */
  readonly chooseHeadData: {
    readonly params: { readonly kind: 'folder' | 'csv' };
    readonly result: { readonly data: HeadData | null };
  };
  /** Work out another head and compare it with the old one; nothing is saved. */
  readonly proposeSwap: { readonly params: SwapRequest; readonly result: SwapPreview };
  /** The latest preview, or the one under way once it is done; null when there is none of this reading of the file. */
  readonly latestSwap: {
    readonly params: Record<string, never>;
    readonly result: { readonly preview: SwapPreview | null };
  };
  /** Save the model with the head of the latest preview where the user says, and open it; null when dismissed. */
  readonly saveSwap: { readonly params: { readonly id: number }; readonly result: { readonly path: string | null } };
  /** Fit heads to labelled images; features of images are computed once and kept. */
  readonly fitHead: { readonly params: FitRequest; readonly result: FitAnswer };
  /** The latest fit, or the one under way once it is done; null when there is none of this reading of the file. */
  readonly latestFit: { readonly params: Record<string, never>; readonly result: { readonly fit: FitAnswer | null } };
  /** Save the model with a head of the latest fit where the user says, and open it; null when dismissed. */
  readonly saveFittedHead: {
    readonly params: { readonly kind: 'gap' | 'fc' };
    readonly result: { readonly path: string | null };
  };
  /** Ask the user for a folder or a pattern and explain its images; they arrive as `galleryAdvanced`. */
  readonly chooseGallery: { readonly params: Record<string, never>; readonly result: { readonly started: boolean } };
  /** Go on with a series that was stopped. */
  readonly resumeGallery: { readonly params: { readonly side: GallerySide }; readonly result: Record<string, never> };
  readonly stopGallery: { readonly params: { readonly side: GallerySide }; readonly result: Record<string, never> };
  /** Small pictures and maps of up to 64 images of the main series. */
  readonly galleryCells: {
    readonly params: { readonly ids: readonly string[] };
    readonly result: { readonly cells: readonly GalleryCell[] };
  };
  /** Mean map per class: by the most likely class, or by the folder. */
  readonly galleryAverages: {
    readonly params: { readonly side: GallerySide; readonly by: 'predicted' | 'true' };
    readonly result: { readonly averages: readonly AverageMap[] };
  };
  /** Show an image of the main series in the CAM view. */
  readonly openGalleryImage: { readonly params: { readonly id: string }; readonly result: Record<string, never> };
  /** Explain the same images by another method or another model, which the user is asked for. */
  readonly compareGallery: {
    readonly params: { readonly by: 'method' | 'model' };
    readonly result: { readonly started: boolean };
  };
  /** Show the extension's log. */
  readonly showLog: { readonly params: Record<string, never>; readonly result: Record<string, never> };
}

export type RequestName = keyof Requests;
export type RequestParams<Name extends RequestName> = ParamsOf<ModelDialogue, Name>;
export type RequestResult<Name extends RequestName> = ResultOf<ModelDialogue, Name>;

/** What a page and the host say to each other: events of either side, and requests of the page. */
export interface Dialogue {
  readonly toPage: { readonly type: string };
  readonly toHost: { readonly type: string };
  /** Name → params and result. */
  readonly requests: object;
}

/** That of the model editor. */
export interface ModelDialogue {
  readonly toPage: HostToWebview;
  readonly toHost: WebviewToHost;
  readonly requests: Requests;
}

export type NameOf<D extends Dialogue> = keyof D['requests'] & string;
export type ParamsOf<D extends Dialogue, Name extends NameOf<D>> = D['requests'][Name] extends {
  readonly params: infer Params;
}
  ? Params
  : never;
export type ResultOf<D extends Dialogue, Name extends NameOf<D>> = D['requests'][Name] extends {
  readonly result: infer Result;
}
  ? Result
  : never;

/** What actually crosses: events, requests with an id, answers, cancellations. */
export type ToHost<D extends Dialogue = ModelDialogue> =
  | { readonly kind: 'event'; readonly event: D['toHost'] }
  | { readonly kind: 'request'; readonly id: number; readonly name: NameOf<D>; readonly params: unknown }
  | { readonly kind: 'cancel'; readonly id: number };
export type ToWebview<D extends Dialogue = ModelDialogue> =
  | { readonly kind: 'event'; readonly event: D['toPage'] }
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: Failure };
