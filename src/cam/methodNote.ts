import type { HeadDescription } from '../analysis/heads/headDescription';
import type { CamMethod } from './camMethod';
import type { SpatialLayer } from './spatialLayer';

/** What a method's maps at a layer are, and how they relate to the exact one, in sentences for the user. */
export function describeMethod(method: CamMethod, layer: SpatialLayer, head: HeadDescription): string {
  const place = `${method.name} at "${layer.tensor}" (${layer.height}×${layer.width}).`;
  const relation = method.kind === 'layer' && isPooledLinear(head, layer.tensor) ? method.atPooledHead : null;
  return [place, method.meaning, relation, ...describeExact(method, head)].filter((part) => part !== null).join(' ');
}

/** Why the exact method is the default. */
export function describeExactChoice({ featureMap }: HeadDescription): string {
  return (
    `CAM at "${featureMap?.tensor ?? ''}", because this head lets the map add up to the logit exactly: no approximation is ` +
    'needed. Other methods and layers: --method, --layer.'
  );
}

function describeExact({ kind }: CamMethod, head: HeadDescription): string[] {
  return kind === 'exact'
    ? []
    : [
        head.exact
          ? `It does not add up to the logit as the exact map (cam) at "${head.featureMap?.tensor ?? ''}" does.`
          : 'No exact map exists for this head.',
      ];
}

/** Averaging, then one affine step: the derivative is the classifier's row, divided by the number of cells. */
function isPooledLinear({ exact, kind, featureMap }: HeadDescription, layer: string): boolean {
  return exact && (kind === 'gap-linear' || kind === 'token-gap-linear') && featureMap?.tensor === layer;
}
