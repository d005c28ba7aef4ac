import { positionsOf, type Group } from './group';
import type { Flow } from './units';
import type { BlockSummary } from './viewModel';

export function summarize(flow: Flow, group: Group): BlockSummary {
  let [layerCount, parameters, macs] = [0, 0, 0 as number | null];
  let outputShape: BlockSummary['outputShape'] = null;
  const operators = new Map<string, number>();
  for (const position of positionsOf(group)) {
    const unit = flow.units[position];
    for (const layer of unit.kind === 'layers' ? unit.layers : []) {
      layerCount += 1;
      parameters += layer.parameters;
      macs = macs === null || layer.macs === null ? null : macs + layer.macs;
      operators.set(layer.opType, (operators.get(layer.opType) ?? 0) + 1);
      outputShape = layer.outputs[0]?.shape ?? null;
    }
  }
  const counts = [...operators].sort(([, one], [, other]) => other - one);
  return { layerCount, parameters, macs, operators: counts, outputShape };
}
