import type { LayerExplanation, Picture } from './explanation';
import type { ReceptiveField } from './modelDetails';

/** The series of the gallery, and one on the same images that it is compared with. */
export type GallerySide = 'main' | 'other';

export type GalleryState = 'running' | 'finished' | 'stopped' | 'failed';

/** Many images and how they are explained, as the page is told of it. */
export interface GallerySeries {
  /** A new one for every start. */
  readonly id: number;
  /** Folder or pattern, for display. */
  readonly source: string;
  /** File name of the model. */
  readonly model: string;
  /** Name of the method, for people. */
  readonly method: string;
  readonly layer: string;
  readonly unit: LayerExplanation['unit'];
  readonly total: number;
  /** Whether all images lie in subfolders, whose names are taken as true classes. */
  readonly hasClassFolders: boolean;
  /** Of the layer; null when it is not known. */
  readonly receptiveField: ReceptiveField | null;
  /** Pixels of the model's input; null for ready tensors, whose size the thumbnail has. */
  readonly input: { readonly height: number; readonly width: number } | null;
  readonly state: GalleryState;
  /** What the user should know: why it failed, how batches run. */
  readonly notes: readonly string[];
}

/** One image in the gallery: figures only. */
export interface GalleryRow {
  readonly id: string;
  /** Name of the folder that is taken as its class; null without. */
  readonly trueLabel: string | null;
  readonly correct: boolean | null;
  /** Most likely class; null for an image that failed. */
  readonly classIndex: number | null;
  readonly label: string | null;
  readonly probability: number | null;
  /** 1 − probability of the true class. */
  readonly error: number | null;
  readonly entropy: number | null;
  /** What the certificate is off by, in logit units. */
  readonly residual: number | null;
  readonly holds: boolean | null;
  readonly borderEnergy: number | null;
  /** Of the map, in its unit. */
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** Why it failed; null otherwise. */
  readonly message: string | null;
}

/** What is drawn of an image that is in view. */
export interface GalleryCell {
  readonly id: string;
  /** What the network was fed, small; null when it cannot be read (any more). */
  readonly picture: Picture | null;
  readonly map: MapValues | null;
  /** Of the series that is compared with, on the same image. */
  readonly otherMap: MapValues | null;
}

export interface MapValues {
  readonly height: number;
  readonly width: number;
  /** [height, width], signed. */
  readonly values: Float32Array;
}

/** Mean of the maps of several images, cell by cell. */
export interface AverageMap extends MapValues {
  /** Name of the class. */
  readonly label: string;
  readonly images: number;
}
