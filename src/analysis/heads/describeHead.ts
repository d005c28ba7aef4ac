import type { GraphNode } from '../../graph/model';
import { findClassMaps } from './classMapSearch';
import { describeFeatureMap, findFeatureMap, nameAxes } from './featureMapSearch';
import type { FeatureMap, HeadDescription, HeadStep, Reading } from './headDescription';
import type { HeadGraph } from './headGraph';
import { chooseKind } from './headKind';
import { countHeadParameters } from './headParameters';
import { describeObstacles, describeOther, NO_REASON } from './headReason';
import { isSpatial } from './headRegion';
import type { HeadStructure } from './headStructure';
import { readStructure } from './headStructure';
import type { LogitsSearch } from './logitsSearch';
import type { MapReading } from './mapReading';
import { listNeededValues } from './neededValues';
import { describeNothing } from './noHead';
import { findPowerMean } from './powerMean';
import type { Atom } from './relabelling';
import { explainUnknownShape } from './unknownShape';
import { describeScoreMap, describeUnclear } from './unpooledHead';

/** Describes the head that ends in these logits. */
export function describeHead(graph: HeadGraph, found: LogitsSearch): HeadDescription {
  const shape = graph.shapeOf(found.logits);
  const type = graph.elementTypeOf(found.logits);
  if (!graph.isData(found.logits) || shape === null) {
    return describeNothing(graph, found, explainUnknownShape(graph, found.output, found.logits));
  }
  if (type === 'string' || type === 'bool') {
    return describeNothing(graph, found, NO_REASON.notNumbers(found.output, type));
  }
  if (isSpatial(graph, found.logits)) {
    return describeScoreMap(graph, found, shape);
  }
  const classes = graph.countPerItem(shape);
  const search = findFeatureMap(graph, found.logits);
  switch (search.type) {
    case 'none':
      return describeNothing(
        graph,
        found,
        search.isBlind ? explainUnknownShape(graph, found.output, found.logits) : NO_REASON.noMap(found.output),
        { classes },
      );
    case 'several':
      return { ...describeNothing(graph, found, NO_REASON.several(search.maps), { classes }), kind: 'other' };
    case 'unclear':
      return describeUnclear(graph, found, search.map, classes);
    default:
      return describeFound(graph, found, classes, search);
  }
}

interface Found {
  readonly map: MapReading;
  readonly channel: Atom;
  readonly isTokens: boolean;
}

function describeFound(graph: HeadGraph, found: LogitsSearch, classes: number, search: Found): HeadDescription {
  const { map, channel, isTokens } = search;
  const readings = nameAxes(graph, map, channel);
  const structure = readStructure(readings, map.steps);
  const maps = keepsClassesApart(structure, map.steps) ? findClassMaps(graph, map.candidate, channel) : null;
  // The strongest cell of a class map explains itself: there is no sum over channels to look behind it.
  const isMaximum = readings.some((reading) => reading.mode === 'max');
  const powerMean = findPowerMean(graph, map.candidate, structure.opaque);
  const featureMap = describeFeatureMap(
    graph,
    (isMaximum ? undefined : maps?.featureMap) ?? powerMean?.featureMap ?? map.candidate,
    channel,
    isTokens,
  );
  const kind = chooseKind({
    readings,
    structure,
    isTokens,
    hasClassMaps: maps !== null,
    sumIsMean: isMean(graph, map.steps, featureMap),
    isGem: powerMean !== null,
  });
  const nodes = [...(powerMean?.nodes ?? []), ...(maps?.nodes ?? []), ...map.nodes, ...found.nodes];
  if (kind === 'none' || featureMap === null) {
    const known = { classes, featureMap, steps: map.steps, nodes: toIndices(graph, nodes) };
    return describeNothing(graph, found, NO_REASON.unpooled(found.output), known);
  }
  const classMaps = isMaximum ? null : (maps?.classMaps ?? null);
  const parameters = countHeadParameters(graph, map.steps, maps?.classMaps ?? null);
  const needed = [featureMap.tensor, found.logits, ...listNeededValues(map.steps, classMaps)];
  return {
    kind,
    ...judge(graph, { kind, structure, readings, isGem: powerMean !== null }, needed),
    classes,
    featureMap,
    output: found.output,
    logits: found.logits,
    logitsElementType: graph.elementTypeOf(found.logits),
    activation: found.activation,
    parameters: parameters.count,
    parameterBytes: parameters.bytes,
    weightElementType: parameters.weightElementType,
    nodes: toIndices(graph, nodes),
    readings,
    steps: map.steps,
    classMaps,
  };
}

interface Judged {
  readonly kind: HeadDescription['kind'];
  readonly structure: HeadStructure;
  readonly readings: readonly Reading[];
  readonly isGem: boolean;
}

/** Exact when every step is piecewise affine and every value that the map needs can be had from a run. */
function judge(
  graph: HeadGraph,
  { kind, structure, readings, isGem }: Judged,
  needed: readonly string[],
): Pick<HeadDescription, 'exact' | 'reason'> {
  if (structure.opaque.length > 0 || isGem) {
    return { exact: false, reason: describeObstacles(structure.opaque, isGem) };
  }
  const functionName = needed.map((value) => graph.functionOf(value)).find((name) => name !== null);
  return functionName === undefined
    ? { exact: true, reason: describeOther(kind, readings) }
    : { exact: false, reason: NO_REASON.inFunction(functionName ?? '') };
}

/** No linear layer and no mixing after the pool: each pooled map is one class. */
function keepsClassesApart(structure: HeadStructure, steps: readonly HeadStep[]): boolean {
  return structure.linearLayers === 0 && !steps.some((step) => step.kind === 'merge' || step.kind === 'concatenate');
}

/** Whether the constants that follow a sum multiply to 1/(H·W). */
function isMean(graph: HeadGraph, steps: readonly HeadStep[], map: FeatureMap | null): boolean {
  let factor = map === null ? 0 : map.height * map.width;
  for (const step of steps) {
    if (step.kind !== 'affine' || (step.operation.type !== 'multiply' && step.operation.type !== 'divide')) {
      continue;
    }
    const [value, ...others] = graph.valuesOf(step.operation.constant.tensor) ?? [];
    if (value === undefined || others.length > 0) {
      return false;
    }
    factor = step.operation.type === 'multiply' ? factor * value : factor / value;
  }
  return Math.abs(factor - 1) < 1e-4;
}

function toIndices(graph: HeadGraph, nodes: readonly GraphNode[]): readonly number[] {
  const wanted = new Set(nodes);
  return [...new Set(graph.index.order.filter((node) => wanted.has(node)).map((node) => node.index))];
}
