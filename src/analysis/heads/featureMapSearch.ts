import type { GraphNode } from '../../graph/model';
import type { FeatureMap, MapAxis, Reading } from './headDescription';
import type { HeadGraph } from './headGraph';
import { collectRegion, isSpatial, listUpstream } from './headRegion';
import type { MapReading } from './mapReading';
import { readMap } from './mapReading';
import { readPooling } from './pooling';
import { findQuantization } from './quantizedValue';
import type { Atom } from './relabelling';
import { isRelabelling, readPermutation } from './relabelling';
import { findTokenGrid } from './tokenGrid';

/** Where the walk back from the logits ended. */
export type FeatureMapSearch =
  | { readonly type: 'found'; readonly map: MapReading; readonly channel: Atom; readonly isTokens: boolean }
  /** Positions are treated in a way no rule describes; the map is the best guess. */
  | { readonly type: 'unclear'; readonly map: MapReading }
  | { readonly type: 'several'; readonly maps: readonly string[] }
  /** `isBlind`: shapes on the way are not known, so a map may have been missed. */
  | { readonly type: 'none'; readonly isBlind: boolean };

/** Finds the last spatial value before the logits, in the layout nearest to [N, C, H, W]. */
export function findFeatureMap(graph: HeadGraph, logits: string): FeatureMapSearch {
  const region = collectRegion(graph, logits, (value) => isSpatial(graph, value));
  const [leaf] = region.leaves;
  const isBlind = region.nodes.some((node) => graph.shapeOf(node.outputs[0] ?? '') === null);
  if (leaf === undefined) {
    return { type: 'none', isBlind };
  }
  const chains = region.leaves.map((value) =>
    listUpstream(graph, value, (node) => isRelabelling(node) || readPooling(graph, node) !== null),
  );
  const candidates = (chains[0] ?? []).filter((value) => chains.every((chain) => chain.includes(value)));
  const maps = candidates.map((candidate) => readMap(graph, candidate, logits)).filter((map) => map !== null);
  const [first] = maps;
  if (first === undefined) {
    return region.leaves.length > 1 || region.isOpen
      ? { type: 'several', maps: region.leaves }
      : { type: 'none', isBlind };
  }
  const best = maps
    .map((map) => ({ map, axes: findChannel(graph, map) }))
    .map((entry) => ({ ...entry, score: score(graph, entry.map, entry.axes) }))
    .reduce((winner, entry) => (entry.score > winner.score ? entry : winner));
  if (best.axes === null && isBlind) {
    return { type: 'none', isBlind };
  }
  return best.axes === null ? { type: 'unclear', map: first } : { type: 'found', map: best.map, ...best.axes };
}

interface Axes {
  readonly channel: Atom;
  readonly isTokens: boolean;
}

/** [N, C, H, W] is preferred, then [N, H, W, C]; tokens in the order their layers made them before transposed ones. */
function score(graph: HeadGraph, map: MapReading, axes: Axes | null): number {
  if (axes === null) {
    return 0;
  }
  if (map.sizes.size === 3) {
    return axes.channel === 1 ? 5 : 4;
  }
  return axes.isTokens ? (isChannelsLast(graph, map.candidate) ? 3 : 1) : 2;
}

/** Which axis holds the channels: the one that pooling leaves; null when the readings contradict each other. */
function findChannel(graph: HeadGraph, map: MapReading): Axes | null {
  if (map.obstacle !== null || map.readings.length === 0) {
    return null;
  }
  const occupied = [...map.sizes].filter(([, size]) => size !== 1).map(([atom]) => atom);
  const isTokens = map.sizes.size === 2;
  let channel: Atom | null = null;
  for (const reading of map.readings) {
    if (reading.mode === 'identity') {
      if (reading.atoms.length !== occupied.length) {
        return null;
      }
      continue;
    }
    const left: Atom | undefined = reading.atoms[0] ?? findUnitChannel(map);
    if (reading.atoms.length > 1 || left === undefined || (channel !== null && channel !== left)) {
      return null;
    }
    channel = left;
  }
  channel ??= !isChannelsLast(graph, map.candidate) ? 1 : isTokens ? 2 : 3;
  return channel === 2 && !isTokens ? null : { channel, isTokens: isTokens && channel === 2 };
}

/** A map of one channel, all of it summed: the channel is the axis of size 1. */
function findUnitChannel(map: MapReading): Atom | undefined {
  return ([1, 3] as const).find((atom) => map.sizes.get(atom) === 1);
}

const CHANNELS_FIRST: ReadonlySet<string> = new Set(['Conv', 'BatchNormalization', 'MaxPool', 'AveragePool']);
const CHANNELS_LAST: ReadonlySet<string> = new Set(['MatMul', 'LayerNormalization', 'Gemm']);

/** Where flattening says nothing about the axes, their makers do. */
function isChannelsLast(graph: HeadGraph, value: string): boolean {
  const producer = graph.index.producerOf.get(value);
  if (producer === undefined || CHANNELS_FIRST.has(producer.opType)) {
    return false;
  }
  if (CHANNELS_LAST.has(producer.opType)) {
    return true;
  }
  const input = producer.inputs.find((name) => graph.isData(name)) ?? '';
  const moves =
    producer.opType === 'Transpose' && readPermutation(producer, graph.shapeOf(value)?.length ?? 0)[1] !== 1;
  return moves !== isChannelsLast(graph, input);
}

/** A found map with its sizes, layout and, for integers, their meaning. */
export function describeFeatureMap(
  graph: HeadGraph,
  tensor: string,
  channel: Atom,
  isTokens: boolean,
): FeatureMap | null {
  const shape = graph.shapeOf(tensor);
  const rank = shape?.length;
  if (shape === null || (rank !== 3 && rank !== 4)) {
    return null;
  }
  const spatial = shape.filter((_, axis) => axis !== 0 && axis !== channel);
  const grid = isTokens ? findTokenGrid(graph, spatial[0] ?? 1) : null;
  const [height = 1, width = 1] = rank === 4 ? spatial : [grid?.height ?? 1, grid?.width ?? spatial[0] ?? 1];
  return {
    tensor: skipCopies(graph, tensor),
    layout: isTokens ? 'NTC' : channel === 1 ? 'NCHW' : 'NHWC',
    rank,
    channels: shape[channel] ?? 1,
    height,
    width,
    elementType: graph.elementTypeOf(tensor) ?? 'float32',
    quantization: findQuantization(graph, tensor),
  };
}

/** Dropout and Identity change nothing and may be optimised away: name the value they copy. */
function skipCopies(graph: HeadGraph, tensor: string): string {
  const copies = (node: GraphNode) => node.domain === '' && (node.opType === 'Identity' || node.opType === 'Dropout');
  return listUpstream(graph, tensor, copies).at(-1) ?? tensor;
}

/** Readings with the axes named. */
export function nameAxes(graph: HeadGraph, map: MapReading, channel: Atom): readonly Reading[] {
  const spatial = [...map.sizes.keys()].filter((atom) => atom !== channel);
  const name = (atom: Atom): MapAxis => (atom === channel ? 'channel' : atom === spatial.at(-1) ? 'column' : 'row');
  return map.readings.map(({ tensor, mode, atoms, roundedTo }) => ({
    tensor,
    mode,
    axes: atoms.map(name),
    roundedTo,
    isInner: graph.functionOf(tensor) !== null,
  }));
}
