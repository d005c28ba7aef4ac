import { compareModels, compareStoredWeights } from '../../../src/compareModels';
import type { ComparisonReport, WeightVerdict } from '../../../src/protocol/comparison';
import { toLayerStatus } from '../../../src/protocol/comparison';
import { ModelBuilder } from '../cam/modelBuilder';

/** A comparison of two files, written down a line per layer: `= Conv`, `~ Gemm`, `- Relu`, `+ Relu`. */
export async function compareFiles(a: string, b: string) {
  const comparison = await compareModels({ a, b });
  const verdicts = await compareStoredWeights(comparison);
  return { comparison, report: comparison.report, verdicts, lines: toLines(comparison.report, verdicts) };
}

const MARKS = { equal: '=', changed: '~', added: '+', removed: '-' };

function toLines(report: ComparisonReport, verdicts: readonly WeightVerdict[]): string[] {
  return report.layers.map((layer) => {
    const types = [
      layer.a === null ? null : report.a.layers[layer.a].opType,
      layer.b === null ? null : report.b.layers[layer.b].opType,
    ].filter((type) => type !== null);
    return `${MARKS[toLayerStatus(layer, verdicts)]} ${[...new Set(types)].join('→')}`;
  });
}

/** Files of two small models, each built by its own function from the same seed. */
export function build(
  ...bodies: readonly ((model: ModelBuilder, input: string) => string)[]
): [a: string, b: string, ...string[]] {
  const [a, b, ...more] = bodies.map((body) => {
    const model = new ModelBuilder();
    model.output(body(model, model.input([1, 3, 16, 16])));
    return model.save();
  });
  return [a, b, ...more];
}
