import type { HeadDescription } from '../analysis/heads/headDescription';
import type { ScoreName } from '../protocol/scoreName';
import { nameScore, speakOf } from '../protocol/scoreName';
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
  const score = nameScoreOfHead(head);
  const relation = isPooledLinear(head, layer.tensor) ? method.atPooledHead : null;
  const parts = [method.meaning, relation].flatMap((part) => (part === null ? [] : [speakOf(score, part)]));
  return [place, ...parts, describeExact(head)].join(' ');
}

export function nameScoreOfHead({ classes, activation }: Pick<HeadDescription, 'classes' | 'activation'>): ScoreName {
  return nameScore(classes, activation !== null);
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
export function describeExactChoice(head: HeadDescription): string {
  return (
    `CAM at "${head.featureMap?.tensor ?? ''}", because this head lets the map add up to the ${nameScoreOfHead(head)} exactly: ` +
    'no approximation is needed. Other methods and layers: --method, --layer.'
  );
}

function describeExact(head: HeadDescription): string {
  return head.exact
    ? `Only the exact map (cam, at "${head.featureMap?.tensor ?? ''}") comes with a certificate that it adds up to the ${nameScoreOfHead(head)}.`
    : 'No exact map exists for this head.';
}

/** Averaging, then one affine step: the derivative is the classifier's row, divided by the number of cells. */
function isPooledLinear({ exact, kind, featureMap }: HeadDescription, layer: string): boolean {
  return exact && (kind === 'gap-linear' || kind === 'token-gap-linear') && featureMap?.tensor === layer;
}
