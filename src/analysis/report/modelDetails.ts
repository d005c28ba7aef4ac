import type { GraphIndex } from '../../graph/graphIndex';
import type { InferredGraph } from '../../graph/inferShapes';
import type { Model } from '../../graph/model';
import type { ModelDetails } from '../../protocol/modelDetails';
import { computeArithmeticIntensity } from '../arithmeticIntensity';
import type { ModelCosts } from '../cost';
import type { HeadDescription } from '../heads/headDescription';
import { computeLiveMemory } from '../liveMemory';
import type { ModelParameters } from '../parameters';
import { computeReceptiveFields } from '../receptiveFields';

/** The parts of an analysis that details are made of. */
export interface DetailsParts {
  readonly model: Model;
  readonly index: GraphIndex;
  readonly inferred: InferredGraph;
  readonly parameters: ModelParameters;
  readonly costs: ModelCosts;
  readonly heads: readonly HeadDescription[];
}

/** Memory in use, arithmetic intensity and receptive field of every layer. O(nodes + edges). */
export function buildModelDetails({ model, index, inferred, parameters, costs, heads }: DetailsParts): ModelDetails {
  const { byNode, peak, unknownValues } = computeLiveMemory(model, index, inferred, parameters.constants);
  const fields = computeReceptiveFields(model, index, inferred);
  return {
    layers: index.order.map((node) => ({
      index: node.index,
      liveBytes: byNode.get(node) ?? 0,
      arithmeticIntensity: computeArithmeticIntensity(node, costs.byNode.get(node)?.macs ?? null, inferred),
      receptiveField: fields.get(node.outputs.find((name) => name !== '') ?? '') ?? null,
    })),
    peakActivation: peak && { bytes: peak.bytes, layer: peak.node.index, unknownValues },
    receptiveField: fields.get(heads[0]?.featureMap?.tensor ?? '') ?? null,
  };
}
