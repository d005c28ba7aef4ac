import type { Raster } from '../../image/placeRaster';
import type { PixelBox } from '../pixelBox';

/** What an annotation file says about one image, in coordinates of the image. */
export interface Annotation {
  /** Of the file that it comes from, for messages. */
  readonly file: string;
  readonly objects: readonly AnnotatedObject[];
}

export interface AnnotatedObject {
  /** What the file calls its class; null: it names none, so the object is of whichever class is asked about. */
  readonly className: string | null;
  /** The same as an index; null: it gives none. */
  readonly classIndex: number | null;
  readonly outline: Outline;
  /** Neither object nor background: crowds, what the annotators found too difficult, void borders. */
  readonly isIgnored: boolean;
}

/** `relative`: coordinates are shares of the image's width and height instead of pixels. Edges, not centres. */
export type Outline =
  | { readonly kind: 'box'; readonly box: PixelBox; readonly relative: boolean }
  /** Corners x, y, x, y …; the object is all that lies in one of them. `box` null: that of the corners. */
  | {
      readonly kind: 'polygons';
      readonly polygons: readonly (readonly number[])[];
      readonly box: PixelBox | null;
      readonly relative: boolean;
    }
  /** Pixels of the image with the value `wanted`. */
  | ({ readonly kind: 'raster' } & Raster);
