import type { Explanation, LayerExplanation } from '../src/protocol/explanation';
import type { BodyStep } from '../src/protocol/layerBodies';
import type { MapChoices } from '../src/protocol/mapChoices';
import type {
  ClassifierWeights,
  DisplayDefaults,
  Failure,
  ImageItem,
  ModelSettings,
  ViewName,
} from '../src/protocol/messages';
import type { PageChannel } from '../src/protocol/channel';
import type { HeadProgress, HeadWork } from '../src/protocol/headWork';
import type { LayerMeasurement } from '../src/protocol/measurement';
import type { ModelReport } from '../src/protocol/modelReport';
import type { CamChoices } from './cam/camChoices';
import type { DetailsByLayer } from './detailsByLayer';
import type { MapRequest } from './cam/mapRequest';
import type { HeadChoices } from './head/headChoices';
import type { Galleries } from './gallery/galleryContent';
import type { GalleryChoices } from './gallery/galleryOrder';

/** What is known about one image of the list; of heads without exact maps, as the usual method draws it. */
export type ImageState =
  | { readonly status: 'waiting' }
  | { readonly status: 'running' }
  | { readonly status: 'explained'; readonly explanation: Explanation | LayerExplanation }
  | { readonly status: 'failed'; readonly failure: Failure };

/** What became of a map that another method than the exact one was asked for: one class or target of one image. */
export type LayerMapState = { readonly request: MapRequest } & (
  | { readonly status: 'running' }
  | { readonly status: 'drawn'; readonly explanation: LayerExplanation }
  | { readonly status: 'failed'; readonly failure: Failure }
);

/** Measuring the model on this machine. */
export type MeasurementState =
  | { readonly status: 'running' }
  | { readonly status: 'measured'; readonly measurement: LayerMeasurement }
  | { readonly status: 'failed'; readonly failure: Failure };

/** What the user is looking at; saved with setState and restored when the page is built again. */
export interface Choices {
  readonly view: ViewName;
  /** Index in the file of the selected node. */
  readonly selectedLayer: number | null;
  readonly selectedImage: string | null;
  /** null: the image's own top class. */
  readonly selectedClass: number | null;
  readonly selectedChannel: number | null;
  readonly colorMap: string;
  /** 0…1. */
  readonly opacity: number;
  readonly sign: 'signed' | 'positive' | 'negative';
  readonly placement: 'receptiveField' | 'stretch';
  /** Choices of the CAM view alone; absent until one is made. */
  readonly cam?: CamChoices;
  /** Choices of the Head view alone; absent until one is made. */
  readonly head?: HeadChoices;
  /** Choices of the view of many images alone; absent until one is made. */
  readonly gallery?: GalleryChoices;
  /** How the graph was left; absent: as it is first shown. */
  readonly graph?: GraphChoices;
}

/** Which blocks of the graph are open and where the user looks. */
export interface GraphChoices {
  /** Ids of the expanded blocks. */
  readonly expanded: readonly string[];
  /** Id of the block that is the whole picture; absent: the model. */
  readonly root?: string;
  /** What the colours of the boxes tell; absent: the kind of operator. */
  readonly colorBy?: string;
  /** Zoom factor and translation in pixels. */
  readonly viewport: { readonly k: number; readonly x: number; readonly y: number } | null;
  /** Pixels that the graph was wide then; absent: not known. */
  readonly width?: number;
  /** The body of a layer that is shown in the graph's place; absent: the graph itself. */
  readonly inside?: { readonly step: BodyStep; readonly graph: GraphChoices };
}

/** Everything the views draw. Views are functions of it. */
export interface AppState {
  readonly report: ModelReport | null;
  /** Of the same reading; null until a view shows some of it. */
  readonly details: DetailsByLayer | null;
  readonly failure: Failure | null;
  readonly settings: ModelSettings | null;
  readonly display: DisplayDefaults | null;
  readonly trusted: boolean;
  readonly images: readonly ImageItem[];
  readonly imageStates: ReadonlyMap<string, ImageState>;
  readonly classifier: ClassifierWeights | 'loading' | 'unavailable' | null;
  /** What maps of classes can be drawn with; null until it is needed. */
  readonly mapChoices: MapChoices | 'loading' | null;
  /** The same of other targets, by the value they are read off. */
  readonly targetChoices: ReadonlyMap<string, MapChoices | 'loading'>;
  /** By key of the request. */
  readonly layerMaps: ReadonlyMap<string, LayerMapState>;
  /** Many images: the series shown, and the one it is compared with. */
  readonly galleries: Galleries;
  /** Times of the layers, once the user has asked for them. */
  readonly measurement: MeasurementState | null;
  /** How far swapping and fitting a head were when last heard of. */
  readonly headProgress?: Readonly<Partial<Record<HeadWork, HeadProgress>>>;
  readonly tasks: ReadonlyMap<string, { readonly label: string; readonly fraction: number | null }>;
  /** What the outline asked for last; a new object each time. */
  readonly requestedItem: { readonly item: string } | null;
  readonly choices: Choices;
}

export interface App {
  readonly channel: PageChannel;
  readonly state: AppState;
  /** Replaces parts of the state and redraws the visible view (once per animation frame). */
  update(change: Partial<AppState>): void;
  choose(change: Partial<Choices>): void;
}

/** One view of the editor. `element` is attached while the view is shown. */
export interface View {
  readonly element: HTMLElement;
  /** Draws the state; called on every change while shown. Compare with what was drawn to do little. */
  draw(state: AppState): void;
  /** The view was just attached and has a size. */
  shown?(): void;
}

export type CreateView = (app: App) => View;
