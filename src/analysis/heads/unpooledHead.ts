import { findClassMaps } from './classMapSearch';
import { describeFeatureMap } from './featureMapSearch';
import type { HeadDescription } from './headDescription';
import type { HeadGraph } from './headGraph';
import { listUpstream } from './headRegion';
import { NO_REASON, describeObstacles } from './headReason';
import type { LogitsSearch } from './logitsSearch';
import type { MapReading } from './mapReading';
import { describeNothing } from './noHead';
import { findTokenGrid } from './tokenGrid';

const RESIZING: ReadonlySet<string> = new Set(['Resize', 'Upsample', 'Identity', 'Cast']);

/** An output with one score per position (segmentation, detection): no head, but often class maps. */
export function describeScoreMap(graph: HeadGraph, found: LogitsSearch, shape: readonly number[]): HeadDescription {
  const reason = NO_REASON.positions(found.output, shape);
  const resized = listUpstream(graph, found.logits, (node) => RESIZING.has(node.opType)).at(-1) ?? found.logits;
  const maps = shape.length === 4 ? findClassMaps(graph, resized, 1) : null;
  if (maps === null) {
    return describeNothing(graph, found, reason);
  }
  return describeNothing(graph, found, reason, {
    classes: maps.classMaps.layer.outputs,
    featureMap: describeFeatureMap(graph, maps.featureMap, 1, false),
    steps: [maps.classMaps.layer, ...maps.classMaps.steps],
    nodes: maps.nodes.map((node) => node.index),
  });
}

const SELECTING: ReadonlySet<string> = new Set(['Gather', 'Slice', 'Split', 'GatherND', 'GatherElements']);

/** Positions are joined in a way without a rule: a class token is picked, or they are mixed by something else. */
export function describeUnclear(
  graph: HeadGraph,
  found: LogitsSearch,
  map: MapReading,
  classes: number,
): HeadDescription {
  const isTokens = map.sizes.size === 2;
  const featureMap = describeFeatureMap(graph, map.candidate, isTokens ? 2 : 1, isTokens);
  const nodes = map.nodes.map((node) => node.index);
  const known = { classes, featureMap, steps: map.steps, nodes };
  if (map.obstacle !== null && isTokens && SELECTING.has(map.obstacle.opType)) {
    return describeNothing(graph, found, NO_REASON.classToken(), {
      ...known,
      featureMap: featureMap && { ...featureMap, ...gridOf(graph, map) },
      steps: map.steps.filter((step) => step !== map.obstacle),
    });
  }
  const opaque = map.steps.filter((step) => step.kind === 'opaque');
  const reason = opaque.length === 0 ? NO_REASON.noChannels(map.candidate) : describeObstacles(opaque, false);
  return { ...describeNothing(graph, found, reason, known), kind: 'other' };
}

function gridOf(graph: HeadGraph, map: MapReading): { readonly height: number; readonly width: number } {
  const { height, width } = findTokenGrid(graph, map.sizes.get(1) ?? 1);
  return { height, width };
}
