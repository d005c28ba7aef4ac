import type { CamMethod } from '../cam/camMethod';
import type { Explainer } from '../explain/explainer';
import { explainImage } from '../explainImage';
import { explainLayer } from '../explainLayer';
import type { ImageAnswer, LayerMap } from '../protocol/explanation';
import type { Preprocessing } from '../protocol/preprocessing';
import type { ListedImage } from '../protocol/imageSeries';

export interface DrawnMaps extends ImageAnswer {
  readonly maps: readonly LayerMap[];
}

export interface DrawOptions {
  readonly method: CamMethod;
  /** Of methods for any layer; null: the usual one. */
  readonly layer: string | null;
  /** Classes to map beside the `topCount` most likely ones. */
  readonly classes: readonly number[];
  readonly topCount: 0 | 1;
  readonly preprocessing: Preprocessing | null;
  readonly signal: AbortSignal | undefined;
}

/** A method's maps of an image, by whichever pipeline draws it. */
export function drawMaps(explainer: Explainer, { path, id }: ListedImage, options: DrawOptions): Promise<DrawnMaps> {
  const { method, layer, classes, topCount, preprocessing, signal } = options;
  const image = { id, path };
  const common = { classes, preprocessing, ...(signal === undefined ? {} : { signal }) };
  return method.kind === 'exact'
    ? explainImage(explainer, image, common)
    : explainLayer(explainer, image, { ...common, method, layer, topCount, contrast: null });
}
