import type { FeatureMap, HeadDescription, HeadStep } from './headDescription';
import type { HeadGraph } from './headGraph';
import { countHeadParameters } from './headParameters';
import type { LogitsSearch } from './logitsSearch';

/** The description of an output without a head, with as much as is known about what stands in its place. */
export function describeNothing(
  graph: HeadGraph,
  found: LogitsSearch | null,
  reason: string,
  known: {
    readonly classes?: number | null;
    readonly featureMap?: FeatureMap | null;
    readonly steps?: readonly HeadStep[];
    readonly nodes?: readonly number[];
  } = {},
): HeadDescription {
  const parameters = countHeadParameters(graph, known.steps ?? [], null);
  return {
    kind: 'none',
    exact: false,
    reason,
    classes: known.classes ?? null,
    featureMap: known.featureMap ?? null,
    output: found?.output ?? '',
    logits: found?.logits ?? null,
    logitsElementType: found === null ? null : graph.elementTypeOf(found.logits),
    activation: found?.activation ?? null,
    parameters: parameters.count,
    parameterBytes: parameters.bytes,
    weightElementType: parameters.weightElementType,
    nodes: known.nodes ?? [],
    readings: [],
    steps: [],
    classMaps: null,
  };
}
