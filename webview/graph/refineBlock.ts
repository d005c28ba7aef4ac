import { foldRepeats, labelOf, toRunLabel } from './foldRepeats';
import { firstPosition, positionsOf, type Group, type GroupChild } from './group';
import { toRegionLabel } from './regionLabel';
import type { StructureOf } from './structure';
import type { Flow } from './units';

/** A block with more children than this is looked at for regions and stages. */
const MANY_CHILDREN = 32;
/** No block shows more children than this at once. */
const MOST_CHILDREN = 60;
const CHILDREN_PER_RUN = 40;
/** Bounds the depth of the tree: log(nodes) / log(1 / share). */
const LARGEST_SHARE = 0.9;

/**
 * Gives a block with too many children more structure: single-entry-single-exit regions (residual blocks, inception
 * modules) become blocks; then stages of equal spatial resolution; then, when all else fails, runs of equal length.
 * What repeats is put together wherever it is.
 */
export function refineBlock(flow: Flow, group: Group, structureOf: StructureOf): Group {
  if (group.repeat !== undefined) {
    return {
      ...group,
      children: group.children.length > MOST_CHILDREN ? foldRuns(flow, group.children, true) : group.children,
    };
  }
  const regions = foldAbove(MANY_CHILDREN, group.children, (children) => foldRegions(flow, children));
  const blocks = foldRepeats(flow, regions, structureOf, false);
  const stages = foldAbove(MANY_CHILDREN, blocks, (children) => foldStages(flow, children));
  const repeats = stages.length > MANY_CHILDREN ? foldRepeats(flow, stages, structureOf, true) : stages;
  const [only] = repeats;
  if (repeats.length === 1 && typeof only !== 'number') {
    return refineBlock(flow, { ...only, id: group.id, label: group.label || only.label }, structureOf);
  }
  const runs = foldAbove(MOST_CHILDREN, repeats, (children) => foldRuns(flow, children, false));
  return { ...group, children: runs };
}

function foldAbove(
  limit: number,
  children: readonly GroupChild[],
  fold: (children: readonly GroupChild[]) => GroupChild[],
): readonly GroupChild[] {
  return children.length > limit ? keepIfSplit(children, fold(children)) : children;
}

/** A step that puts nearly everything into one block has found no structure, and would be repeated inside it. */
function keepIfSplit(children: readonly GroupChild[], folded: readonly GroupChild[]): readonly GroupChild[] {
  const known = new Set(children);
  const sizes = folded.map((child) => (typeof child === 'number' || known.has(child) ? 0 : child.children.length));
  return Math.max(...sizes) <= LARGEST_SHARE * children.length ? folded : children;
}

/**
 * Children that every path passes (no edge leads past them) cut the block; what lies between two of them is a region,
 * and the join that closes it (Add, Concat) belongs to it.
 */
function foldRegions(flow: Flow, children: readonly GroupChild[]): GroupChild[] {
  const { edgesPast, producerCount } = sweep(flow, children);
  const folded: GroupChild[] = [];
  let open: GroupChild[] = [];
  let count = 0;
  const close = (): void => {
    const region = toGroup(flow, 'region', open, () => toRegionLabel(flow, open.flatMap(positionsOf), count + 1));
    count += region.some((child) => typeof child !== 'number' && child.id.startsWith('region:')) ? 1 : 0;
    folded.push(...region);
    open = [];
  };
  children.forEach((child, position) => {
    if (edgesPast[position] > 0) {
      open.push(child);
    } else if (open.length > 0 && producerCount[position] > 1) {
      open.push(child);
      close();
    } else {
      close();
      folded.push(child);
    }
  });
  close();
  return folded;
}

/** How many edges lead past each child, and how many other children it reads. */
function sweep(flow: Flow, children: readonly GroupChild[]): { edgesPast: number[]; producerCount: number[] } {
  const childOf = new Map<number, number>();
  children.forEach((child, index) => positionsOf(child).forEach((position) => childOf.set(position, index)));
  const change = new Array<number>(children.length + 1).fill(0);
  const producers = children.map(() => new Set<number>());
  for (const [position, from] of childOf) {
    for (const edge of flow.outgoing[position]) {
      const to = childOf.get(edge.to);
      if (to !== undefined && to !== from) {
        producers[to].add(from);
        change[Math.min(from, to) + 1] += 1;
        change[Math.max(from, to)] -= 1;
      }
    }
  }
  let past = 0;
  return {
    edgesPast: children.map((_, index) => (past += change[index])),
    producerCount: producers.map(({ size }) => size),
  };
}

/** Neighbours whose outputs have the same height and width. */
function foldStages(flow: Flow, children: readonly GroupChild[]): GroupChild[] {
  const folded: GroupChild[] = [];
  let stage: GroupChild[] = [];
  let resolution: string | null = null;
  for (const child of children) {
    const next = readResolution(flow, child);
    if (next !== resolution) {
      folded.push(...toGroup(flow, 'stage', stage, () => `Stage ${resolution ?? ''}`));
      stage = [];
      resolution = next;
    }
    if (next === null) {
      folded.push(child);
    } else {
      stage.push(child);
    }
  }
  return [...folded, ...toGroup(flow, 'stage', stage, () => `Stage ${resolution ?? ''}`)];
}

/** `56×56` of a 4-D output; null without one. */
function readResolution(flow: Flow, child: GroupChild): string | null {
  const positions = positionsOf(child);
  const unit = flow.units[positions[positions.length - 1]];
  const shape = unit.kind === 'layers' ? unit.layers[unit.layers.length - 1].outputs[0]?.shape : null;
  if (shape?.length !== 4) {
    return null;
  }
  const isChannelsLast = shape[1] === shape[2] && shape[2] !== shape[3];
  const [height, width] = isChannelsLast ? shape.slice(1, 3) : shape.slice(2);
  return typeof height === 'number' && typeof width === 'number' && height > 1 ? `${height}×${width}` : null;
}

/** `areAlike`: so are the runs' children, and a run says how many it has. */
function foldRuns(flow: Flow, children: readonly GroupChild[], areAlike: boolean): GroupChild[] {
  const length = Math.max(4, Math.ceil(children.length / CHILDREN_PER_RUN));
  const folded: GroupChild[] = [];
  for (let start = 0; start < children.length; start += length) {
    const run = children.slice(start, start + length);
    const label = (): string =>
      toRunLabel(labelOf(flow, run[0]), labelOf(flow, run[run.length - 1])) ?? `Part ${start / length + 1}`;
    folded.push(...toGroup(flow, 'run', run, label, areAlike ? { repeat: run.length } : {}));
  }
  return folded;
}

/** One block of the children, inputs and outputs of the model left beside it; fewer than three stay as they are. */
function toGroup(
  flow: Flow,
  kind: 'region' | 'stage' | 'run',
  children: readonly GroupChild[],
  label: () => string,
  more: Pick<Group, 'repeat'> = {},
): GroupChild[] {
  const isValue = (child: GroupChild): boolean => typeof child === 'number' && flow.units[child].kind === 'value';
  const inner = children.filter((child) => !isValue(child));
  if (inner.length < 3) {
    return [...children];
  }
  const id = `${kind}:${firstPosition(inner[0])}-${inner.length}`;
  return [{ id, label: label(), children: inner, ...more }, ...children.filter(isValue)];
}
