import { findConstantValues } from '../analysis/constantValues';
import { listReads } from '../graph/graphIndex';
import type { GraphNode } from '../graph/model';
import type { ProfiledKernel, ProfiledRun } from '../inference/messages';
import type { ModelAnalysis } from '../inspectModel';
import { RESERVED_PREFIX } from '../onnx/graphExtension';
import type { LayerMeasurement, LayerTime } from '../protocol/measurement';
import { findOwners, OTHER } from './kernelOwners';
import { computeMedian } from './repeatRuns';

/** A name that says which node of the file it is, also within the longer names that fused nodes get. */
export function nameLayer(index: number): string {
  return `${RESERVED_PREFIX}layer/${index}/`;
}

function findNamedLayer({ node }: ProfiledKernel): number | null {
  const match = /headlight\/layer\/(\d+)\//.exec(node);
  return match === null ? null : Number(match[1]);
}

/**
 * Times of kernels as times of layers. A kernel belongs to the layer that it is named after; one with a name of its own,
 * as function calls are taken apart into, to the layer without a kernel that stands at this place. Layers that are left
 * were computed when loading, or their work is part of a kernel near by: that of the layer they read from, or if there
 * is none, of the layer that reads them.
 */
export function attributeKernels(
  analysis: ModelAnalysis,
  runs: readonly ProfiledRun[],
): Pick<LayerMeasurement, 'layers' | 'folded' | 'layersMs' | 'otherMs'> {
  const names = runs.map(({ kernels }) => kernels.map(findNamedLayer));
  const named = new Set(names.flat());
  const folded = findFolded(analysis, named);
  const vacant = analysis.index.order.filter(({ index }) => !named.has(index) && !folded.has(index));
  const sums = runs.map((run, at) => sumByLayer(run, findOwners(analysis, vacant, run.kernels, names[at])));
  const timed = new Map<number, number>();
  for (const index of new Set(sums.flatMap((sum) => [...sum.keys()]))) {
    timed.set(index, computeMedian(sums.map((sum) => sum.get(index) ?? 0)));
  }
  const otherMs = timed.get(OTHER) ?? 0;
  timed.delete(OTHER);
  const layersMs = [...timed.values()].reduce((total, ms) => total + ms, 0);
  const guests = findGuests(analysis, timed, vacant);
  const layers = analysis.index.order.flatMap(({ index }): LayerTime[] => {
    const ms = timed.get(index);
    return ms === undefined ? [] : [{ index, ms, share: ms / layersMs, includes: guests.get(index) ?? [] }];
  });
  return { layers, folded: [...folded], layersMs, otherMs };
}

function sumByLayer({ kernels }: ProfiledRun, owners: readonly number[]): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  kernels.forEach(({ durationMs }, at) => sums.set(owners[at], (sums.get(owners[at]) ?? 0) + durationMs));
  return sums;
}

/** Layers without a kernel whose results are known before a run. */
function findFolded({ model, index, inferred }: ModelAnalysis, named: ReadonlySet<number | null>): ReadonlySet<number> {
  const { initializers, sparseInitializers } = model.graph;
  const constants = findConstantValues(index.order, [...initializers.keys(), ...sparseInitializers.keys()]);
  const isKnown = (name: string) => name === '' || constants.has(name) || inferred.constants.has(name);
  const folded = index.order.filter((node) => !named.has(node.index) && node.outputs.every(isKnown));
  return new Set(folded.map((node) => node.index));
}

/** By layer with a time: the layers without one whose work its kernel does. */
function findGuests(
  { index: { producerOf, consumersOf } }: ModelAnalysis,
  timed: ReadonlyMap<number, number>,
  vacant: readonly GraphNode[],
): ReadonlyMap<number, readonly number[]> {
  const open = vacant.filter(({ index }) => !timed.has(index));
  const hosts = new Map<number, number>();
  const hostOf = (node: GraphNode | undefined) => node && (timed.has(node.index) ? node.index : hosts.get(node.index));
  const settle = (node: GraphNode, neighbours: readonly (GraphNode | undefined)[]) => {
    const host = neighbours.map(hostOf).find((found) => found !== undefined);
    if (host !== undefined && !hosts.has(node.index)) {
      hosts.set(node.index, host);
    }
  };
  const listSources = (node: GraphNode) => listReads(node).map((name) => producerOf.get(name));
  const listReaders = (node: GraphNode) => node.outputs.flatMap((name) => consumersOf.get(name) ?? []);
  // Padding becomes part of the convolution or pool that reads it.
  open.filter(({ opType }) => opType === 'Pad').forEach((node) => settle(node, listReaders(node)));
  open.forEach((node) => settle(node, listSources(node)));
  [...open].reverse().forEach((node) => settle(node, listReaders(node)));
  const guests = new Map<number, number[]>();
  for (const { index } of open) {
    const host = hosts.get(index);
    if (host !== undefined) {
      guests.set(host, [...(guests.get(host) ?? []), index]);
    }
  }
  return guests;
}
