import type { SampledMethod } from './camMethod';
import { sumChannels } from './imageMap';
import { emitImageGradient } from './layerContext';

const STEPS = 50;

/**
 * Integrated gradients (Sundararajan et al. 2017, arXiv:1703.01365, equation 1):
 *
 *   M(p) = Σ_c x_c(p)·∫₀¹ ∂y/∂x_c(p) at α·x dα
 *
 * x: the input tensor as the model is fed it, from a baseline of zeros (the mean colour where images are normalised by
 * it); y: logit. Unit: logit.
 * The integral is a Gauss-Legendre quadrature with n (50) points, as in captum.
 * Cost: n forward and backward runs per class, batched, and one of the baseline.
 * Axioms: completeness, Σ_p M = y(x) − y(0); sensitivity, implementation invariance, linear in y. How far the sum is
 * off, because the quadrature is finite, is given as the completeness residual.
 * Departure: none.
 */
export const integratedGradients: SampledMethod = {
  kind: 'sampled',
  place: 'image',
  id: 'integratedgradients',
  name: 'integrated gradients',
  unit: 'logit',
  meaning: 'Each pixel counts by what it adds to the logit on the way from a blank image to this one.',
  cost: '50 runs forward and back per class, in batches.',
  isClassSpecific: true,
  needsGradient: true,
  isEstimated: false,
  atPooledHead: null,
  explainRefusal: () => null,
  emit: (context) => ({ gradient: emitImageGradient(context) }),
  async draw(sampling) {
    const { image, imageLayer, options, base } = sampling;
    const { points, weights } = computeQuadrature(options.samples ?? STEPS);
    sampling.expect((points.length + 1) * base.length);
    const maps = [];
    for (const [target, { value }] of base.entries()) {
      const integral = new Float64Array(image.length);
      let blank = 0;
      // The baseline is one more point with the weight 0.
      const make = (position: number) => image.map((each) => each * (points[position] ?? 0));
      await sampling.runImages(points.length + 1, make, target, (result, position) => {
        if (position === points.length) {
          blank = result.value;
          return;
        }
        const weight = weights[position];
        result.outputs.gradient.forEach((each, element) => (integral[element] += weight * each));
      });
      const map = sumChannels(imageLayer, (element) => image[element] * integral[element]);
      const total = integral.reduce((sum, each, element) => sum + each * image[element], 0);
      const figures = [
        { label: 'sum of the map', value: total, unit: 'logit', how: 'measured' as const },
        { label: 'logit less that of the blank image', value: value - blank, unit: 'logit', how: 'measured' as const },
        { label: 'completeness residual', value: total - (value - blank), unit: 'logit', how: 'measured' as const },
      ];
      maps.push({ map, figures });
    }
    return maps;
  },
};

/**
 * Points and weights of the Gauss-Legendre quadrature on [0, 1]: roots of the Legendre polynomial of degree `count` by
 * Newton's method (Abramowitz & Stegun 1964, 25.4.29).
 */
function computeQuadrature(count: number): {
  readonly points: readonly number[];
  readonly weights: readonly number[];
} {
  const points: number[] = [];
  const weights: number[] = [];
  for (let index = 0; index < count; index++) {
    let x = Math.cos((Math.PI * (index + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < 100; step++) {
      let [value, previous] = [1, 0];
      for (let degree = 1; degree <= count; degree++) {
        [value, previous] = [((2 * degree - 1) * x * value - (degree - 1) * previous) / degree, value];
      }
      slope = (count * (x * value - previous)) / (x * x - 1);
      const change = value / slope;
      x -= change;
      if (Math.abs(change) < 1e-15) {
        break;
      }
    }
    points.push((1 - x) / 2);
    weights.push(1 / ((1 - x * x) * slope * slope));
  }
  return { points, weights };
}
