import type { TypeCost, TypeCostComparison } from '../protocol/comparison';
import type { LayerReport } from '../protocol/modelReport';

const NOTHING: TypeCost = {
  layers: 0,
  parameters: 0,
  macs: 0,
  unknownMacs: 0,
  activationBytes: 0,
  unknownActivations: 0,
  weightBytes: 0,
};

/** Sums per operator of both models. */
export function compareCosts(a: readonly LayerReport[], b: readonly LayerReport[]): TypeCostComparison[] {
  const [one, other] = [sumByType(a), sumByType(b)];
  const most = ({ a, b }: TypeCostComparison, of: (cost: TypeCost) => number) => Math.max(of(a), of(b));
  return [...new Set([...one.keys(), ...other.keys()])]
    .map((opType) => ({ opType, a: one.get(opType) ?? NOTHING, b: other.get(opType) ?? NOTHING }))
    .sort(
      (first, second) =>
        most(second, ({ macs }) => macs) - most(first, ({ macs }) => macs) ||
        most(second, ({ parameters }) => parameters) - most(first, ({ parameters }) => parameters) ||
        most(second, ({ layers }) => layers) - most(first, ({ layers }) => layers),
    );
}

function sumByType(layers: readonly LayerReport[]): Map<string, TypeCost> {
  const sums = new Map<string, TypeCost>();
  for (const layer of layers) {
    const sum = sums.get(layer.opType) ?? NOTHING;
    sums.set(layer.opType, {
      layers: sum.layers + 1,
      parameters: sum.parameters + layer.parameters,
      macs: sum.macs + (layer.macs ?? 0),
      unknownMacs: sum.unknownMacs + (layer.macs === null ? 1 : 0),
      activationBytes: sum.activationBytes + (layer.activationBytes ?? 0),
      unknownActivations: sum.unknownActivations + (layer.activationBytes === null ? 1 : 0),
      weightBytes: sum.weightBytes + layer.weightBytes,
    });
  }
  return sums;
}
