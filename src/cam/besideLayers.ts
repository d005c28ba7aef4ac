import type { HeadDescription } from '../analysis/heads/headDescription';
import { UserError } from '../userError';
import { chooseMethodAndLayer } from './chooseLayer';
import type { LayerScope, ScopeOptions } from './layerScope';

/** What may be held of layers whose maps are drawn in one run: features, derivatives and their products. */
const MOST_BYTES = 512e6;
const BYTES_PER_ELEMENT = 3 * 4;

/** Of the layers beside those whose maps come from one run too: the smallest first, as many as may be held. */
export function chooseBeside(
  scope: LayerScope,
  head: HeadDescription,
  options: ScopeOptions & { readonly beside?: readonly string[] },
): ReadonlyMap<string, LayerScope | UserError> {
  const { method, layers, target, model } = scope;
  const chosen = new Map<string, LayerScope | UserError>();
  if (method.kind === 'sampled' || (method.place ?? 'layer') !== 'layer') {
    return chosen;
  }
  for (const layer of options.beside?.filter((name) => name !== options.layer) ?? []) {
    const choose = () => chooseMethodAndLayer(layers, { ...options, layer }, head, target, model);
    chosen.set(
      layer,
      attempt(() => ({ ...scope, ...choose() })),
    );
  }
  let bytes = countBytes(scope);
  const fits = (other: LayerScope) => other.method.kind === 'layer' && (bytes += countBytes(other)) <= MOST_BYTES;
  const bySize = [...chosen].sort(([, one], [, other]) => countBytes(one) - countBytes(other));
  return new Map(bySize.filter(([, other]) => other instanceof UserError || fits(other)));
}

function countBytes(scope: LayerScope | UserError): number {
  if (scope instanceof UserError) {
    return 0;
  }
  const { shapes, layer } = scope;
  const batch = shapes.sizes(layer.tensor)?.[0] ?? 1;
  return BYTES_PER_ELEMENT * batch * layer.channels * layer.height * layer.width;
}

/** What is wrong with one layer is told when it is asked for, and does not take the others away. */
export function attempt<Result>(make: () => Result): Result | UserError {
  try {
    return make();
  } catch (error) {
    if (error instanceof UserError) {
      return error;
    }
    throw error;
  }
}
