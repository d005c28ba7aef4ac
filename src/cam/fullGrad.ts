import { toGradientType } from '../gradient/nodeCall';
import { findBiasTerms } from './biasTerms';
import type { SampledMethod } from './camMethod';
import { emitActivation } from './emittedValues';
import type { LayerContext } from './layerContext';
import { interpolation, transposed } from './masks';
import { emitCells } from './spatialLayer';
import type { SpatialLayer } from './spatialLayer';

const EPSILON = 1e-6;

/**
 * FullGrad (Srinivas & Fleuret 2019, arXiv:1905.00780, equations 4 and 8):
 *
 *   M = Σ_c ψ(g∘x) + Σ_layers Σ_c ψ(g_layer∘b_layer),   ψ: magnitudes, scaled to [0, 1] layer by layer, enlarged to the image
 *
 * x: the input tensor as the model is fed it; g: derivative of the logit y; b: biases, also the implicit ones of
 * activations. No unit: ψ scales it away.
 * Cost: one backward pass from the logit to the image per class, with a map at each layer that has a bias.
 * Axioms: before ψ complete, Σ g∘x + Σ g∘b = y, in networks of linear layers and activations; what is missing (products
 * of two values, softmax, attention) is given as the completeness residual. After ψ never negative.
 * Departures: implicit biases are counted; biases that lie on no cell (after pooling) count for completeness only, as in
 * the authors' program. Enlarged with aligned corners, as there.
 */
export const fullGrad: SampledMethod = {
  kind: 'sampled',
  place: 'image',
  id: 'fullgrad',
  name: 'FullGrad',
  unit: 'share',
  meaning: 'Each pixel counts by how much of the logit comes from it and from the biases of the cells around it.',
  cost: 'One backward pass from the logit to the image per class, with a map for each layer that has a bias.',
  isClassSpecific: true,
  needsGradient: true,
  isEstimated: false,
  atPooledHead: null,
  explainRefusal: () => null,
  emit: emitFullGradient,
  async draw(sampling) {
    const { image, base } = sampling;
    sampling.expect(base.length);
    const maps: { map: Float32Array; total: number }[] = [];
    for (const target of base.keys()) {
      await sampling.runImages(
        1,
        () => image,
        target,
        ({ outputs: { map, total } }) => maps.push({ map, total: total[0] }),
      );
    }
    return maps.map(({ map, total }, target) => ({
      map,
      figures: [
        { label: 'sum of the full gradient', value: total, unit: 'logit', how: 'measured' as const },
        { label: 'completeness residual', value: total - base[target].value, unit: 'logit', how: 'measured' as const },
      ],
    }));
  },
};

/** `map` [N, 1, P] and `total` [N, 1]: what the logit is made of, before ψ. */
function emitFullGradient(context: LayerContext): Readonly<Record<string, string>> {
  const { builder, layer, shapes } = context;
  const terms = findBiasTerms(context);
  const wanted = new Set([layer.tensor, ...terms.flatMap(({ derivatives }) => derivatives)]);
  const derivatives = context.derive([...wanted]);
  const derivativeOf = (value: string) =>
    emitActivation(builder, derivatives.get(value) ?? '', toGradientType(shapes.elementType(value)));
  const own = {
    layer,
    part: builder.add('Mul', [derivativeOf(layer.tensor), emitActivation(builder, layer.tensor, layer.elementType)]),
  };
  const parts = terms.map((term) => ({ layer: context.describe(term.tensor), part: term.emit(derivativeOf) }));
  const maps = [own, ...parts].flatMap((each) =>
    each.layer === null ? [] : [emitMagnitude(context, each.layer, each.part)],
  );
  const totals = [own, ...parts].map(({ part }) => emitTotal(context, part));
  return { map: builder.sum(maps) ?? '', total: builder.sum(totals) ?? '' };
}

/** Σ over all elements of an item, [N, 1]. */
function emitTotal({ builder }: LayerContext, part: string): string {
  return builder.reduce('ReduceSum', builder.add('Flatten', [part]), [1], true);
}

/** Σ_c ψ, [N, 1, P] at the image's size. */
function emitMagnitude({ builder, layer: image }: LayerContext, layer: SpatialLayer, part: string): string {
  const magnitudes = builder.add('Abs', [emitCells(builder, { ...layer, elementType: 'float32' }, part)]);
  const least = builder.add('Neg', [builder.reduce('ReduceMax', builder.add('Neg', [magnitudes]), [1, 2], true)]);
  const raised = builder.add('Sub', [magnitudes, least]);
  const most = builder.add('Add', [builder.reduce('ReduceMax', raised, [1, 2], true), builder.float32(EPSILON)]);
  const sum = builder.reduce('ReduceSum', builder.add('Div', [raised, most]), [1], true);
  if (layer.height === image.height && layer.width === image.width) {
    return sum;
  }
  const cells = builder.reshape(sum, [-1, layer.height, layer.width]);
  const down = builder.floats(align(image.height, layer.height), [image.height, layer.height], 'float32');
  const across = transposed(align(image.width, layer.width), image.width, layer.width);
  const right = builder.floats(across, [layer.width, image.width], 'float32');
  const enlarged = builder.add('MatMul', [builder.add('MatMul', [down, cells]), right]);
  return builder.reshape(enlarged, [-1, 1, image.height * image.width]);
}

/** Linear interpolation with aligned corners. */
function align(pixels: number, cells: number): Float32Array {
  return interpolation(pixels, cells, (pixel) => (pixels > 1 ? (pixel * (cells - 1)) / (pixels - 1) : 0));
}
