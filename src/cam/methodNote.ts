import type { HeadDescription } from '../analysis/heads/headDescription';
import type { DrawnMethod } from './camMethod';
import type { SpatialLayer } from './spatialLayer';
import type { Target } from './target';
import { describeTarget } from './target';

/** What a method's maps at a layer are, and how they relate to the exact one, in sentences for the user. */
export function describeMethod(
  method: DrawnMethod,
  layer: SpatialLayer,
  head: HeadDescription,
  target: Target,
): string {
  const place = `${method.name} at "${layer.tensor}" (${layer.height}×${layer.width}).`;
  if (target.kind !== 'class') {
    return `${place} ${ofTarget(method.meaning)} The target is ${describeTarget(target)}.`;
  }
  const relation = isPooledLinear(head, layer.tensor) ? method.atPooledHead : null;
  return [place, method.meaning, relation, describeExact(head)].filter((part) => part !== null).join(' ');
}

/** Methods speak of the logit of a class. */
export function ofTarget(sentence: string): string {
  return sentence
    .replaceAll('the logit', 'the target')
    .replaceAll('the mean logit', 'the mean of the target')
    .replace('whatever the class', 'whatever the target')
    .replace(/ per class|,? for all classes( together)?/, '');
}

/** Why the exact method is the default. */
export function describeExactChoice({ featureMap }: HeadDescription): string {
  return (
    `CAM at "${featureMap?.tensor ?? ''}", because this head lets the map add up to the logit exactly: no approximation is ` +
    'needed. Other methods and layers: --method, --layer.'
  );
}

function describeExact({ exact, featureMap }: HeadDescription): string {
  return exact
    ? `Only the exact map (cam, at "${featureMap?.tensor ?? ''}") comes with a certificate that it adds up to the logit.`
    : 'No exact map exists for this head.';
}

/** Averaging, then one affine step: the derivative is the classifier's row, divided by the number of cells. */
function isPooledLinear({ exact, kind, featureMap }: HeadDescription, layer: string): boolean {
  return exact && (kind === 'gap-linear' || kind === 'token-gap-linear') && featureMap?.tensor === layer;
}
