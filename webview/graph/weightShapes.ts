import type { GraphReport } from '../../src/protocol/layerBodies';
import type { ReportShape } from '../../src/protocol/modelReport';
import type { GraphView } from './viewModel';

/** Operators that only change how a stored weight is represented. */
const REPRESENTATIONS = new Set(['DequantizeLinear', 'Cast', 'Identity', 'Transpose']);

/**
 * Shapes of the tensors that a box lists as its weights: trainable ones, statistics and quantisation scales, and
 * weights that reach their layer through a dequantisation. Constants such as axes and target shapes are left out.
 */
export function toWeightShapes(report: GraphReport, view: GraphView): ReadonlyMap<string, ReportShape> {
  const shapes = new Map<string, ReportShape>();
  for (const { name, role, shape } of report.initializers) {
    if (role === 'parameter' || role === 'statistic') {
      shapes.set(name, shape);
    }
  }
  for (const { index, opType, inputs, outputs } of report.layers) {
    if (view.readerOfAuxiliary.has(index) && REPRESENTATIONS.has(opType) && shapes.has(inputs[0])) {
      outputs.forEach(({ name, shape }) => shapes.set(name, shape));
    }
  }
  return shapes;
}
