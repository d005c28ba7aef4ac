import { capitalize } from '../protocol/capitalize';
import type { HeadDescription } from '../analysis/heads/headDescription';
import type { Model } from '../graph/model';
import { UserError } from '../userError';
import type { DrawnMethod } from './camMethod';
import type { SpatialLayers } from './findSpatialLayers';
import type { SpatialLayer } from './spatialLayer';
import { FLOATS } from './spatialLayer';
import type { GraphTarget } from './target';

/** How a map is to be drawn, and where. */
export interface MapChoice {
  readonly method: DrawnMethod;
  /** Tensor name; null: the head's feature map, or the last map of the last stage. */
  readonly layer: string | null;
  /** Whether the target is the difference to another class, fed at run time. */
  readonly isContrast: boolean;
}

/** How it is drawn, and where. */
export interface MapPlace {
  readonly method: DrawnMethod;
  readonly layer: SpatialLayer;
}

/** @throws UserError `badArgument` for a layer or a combination that does not exist, `noHead` where there is no layer. */
export function chooseMethodAndLayer(
  layers: SpatialLayers,
  { method, layer: wanted, isContrast }: MapChoice,
  head: HeadDescription,
  target: GraphTarget | null,
  model: Model,
): MapPlace {
  const layer = chooseLayer(layers, method, wanted, {
    image: describeImage(model),
    layers: describeMissingLayers(head, target?.output ?? head.logits ?? ''),
  });
  if (isContrast && (target !== null || !method.isClassSpecific)) {
    throw new UserError('badArgument', explainContrast(method, target));
  }
  const refusal = method.explainRefusal(head, layer.tensor);
  const otherwise = method.kind === 'layer' ? method.otherwise : undefined;
  // What holds for the head's logits need not hold for another target.
  if (otherwise !== undefined && (refusal !== null || target !== null)) {
    return { method: otherwise, layer };
  }
  if (refusal !== null) {
    throw new UserError('badArgument', refusal);
  }
  return { method, layer };
}

function chooseLayer(
  layers: SpatialLayers,
  { name, place = 'layer' }: DrawnMethod,
  wanted: string | null,
  missing: { readonly image: string; readonly layers: string },
): SpatialLayer {
  if (place === 'image') {
    return layers.image ?? refuseLayer(`${capitalize(name)} draws on the image, and ${missing.image}.`);
  }
  if (place === 'tokens') {
    return (
      layers.tokens ??
      refuseLayer(`${capitalize(name)} is for transformers, and this model has no tokens that lie on the image.`)
    );
  }
  if (wanted !== null) {
    return layers.find(wanted);
  }
  if (layers.usual === null) {
    throw new UserError('noHead', missing.layers);
  }
  return layers.usual;
}

/** Why nothing can be drawn on the image. */
function describeImage({ graph }: Model): string {
  const type = graph.inputs[0]?.elementType ?? null;
  return type === null || FLOATS.has(type)
    ? "the model's input has no rows and columns of numbers"
    : `the model takes ${type} numbers where that needs floating-point ones`;
}

/** Why there is no layer to draw at. */
function describeMissingLayers({ featureMap }: HeadDescription, target: string): string {
  return featureMap?.quantization
    ? `The maps between the image and "${target}" are stored as integers, such as "${featureMap.tensor}". Methods other ` +
        'than the exact map (cam) need floating-point maps: a model quantised in QDQ format has them.'
    : `Nothing between the image and "${target}" has rows and columns that lie on the image, so there is no layer to ` +
        'draw a map at.';
}

function refuseLayer(reason: string): never {
  throw new UserError('badArgument', `${reason} Choose another method, such as HiResCAM (hirescam).`);
}

function explainContrast({ name }: DrawnMethod, target: GraphTarget | null): string {
  return target === null
    ? `${name} draws the same map for every class, so there is no difference between two: leave out the class that is subtracted.`
    : 'A difference of classes needs classes as the target: leave out the class that is subtracted.';
}
