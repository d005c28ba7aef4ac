import { listReads } from '../graph/graphIndex';
import type { GraphNode } from '../graph/model';
import type { SpatialLayer } from './spatialLayer';

/** Before the first of these a map is the image in another form. */
const FEATURE_OPERATORS: ReadonlySet<string> = new Set([
  'Conv',
  'ConvInteger',
  'QLinearConv',
  'MatMul',
  'Gemm',
  'Einsum',
]);

/** What these give is another value's numbers, or some of them: never the map of a stage. */
const MOVING_OPERATORS: ReadonlySet<string> = new Set([
  'Cast',
  'Dropout',
  'Expand',
  'Flatten',
  'Gather',
  'Identity',
  'Pad',
  'Reshape',
  'Slice',
  'Split',
  'Squeeze',
  'Tile',
  'Transpose',
  'Unsqueeze',
]);

/** Of the blocks of a transformer, all of one resolution. */
const MOST_BLOCKS = 5;
/** Of a transformer with fewer blocks the maps within them are listed too. */
const FEWEST_BLOCKS = 3;

/** The map of a stage. */
export interface StageLayer extends SpatialLayer {
  /** Where it lies in a transformer, whose maps all have one size: `after 3 blocks`; null elsewhere. */
  readonly place: string | null;
}

interface Candidate {
  readonly layer: SpatialLayer;
  /** 2: the head reads it; 1: everything passes through it; 0: something goes around it. */
  readonly rank: 0 | 1 | 2;
  /** How many attentions come before it. */
  readonly block: number;
  /** How many convolutions and matrix products come before it. */
  readonly products: number;
}

/**
 * For each resolution the map that the head reads, else the last one through which everything passes (no branch goes
 * around it), else the last one. The blocks of a transformer have one resolution: for each attention the tokens that
 * enter its block, five of them spread evenly when there are more; of fewer than three blocks also what lies between
 * attention and feed-forward layer. Tokens after the last attention are left out when there is a class token: it alone
 * reaches the logits.
 */
export function listStages(
  path: readonly GraphNode[],
  logits: string,
  describe: (tensor: string) => SpatialLayer | null,
  read: SpatialLayer | null,
): readonly StageLayer[] {
  const candidates = listCandidates(path, logits, describe, read);
  const stages = dropWindows(pickLast(candidates, toStage));
  const blocks = stages.filter(isToken).length;
  const listed = blocks > 0 && blocks < FEWEST_BLOCKS ? dropWindows(pickLast(candidates, toPartOfBlock)) : stages;
  return thinBlocks(listed.map(({ layer }, place) => ({ ...layer, place: describePlace(listed, place) })).reverse());
}

/** In words, where the size does not tell. */
function describePlace(stages: readonly Candidate[], position: number): string | null {
  const { layer, block } = stages[position];
  if (layer.axes.kind === 'grid') {
    const isPatches = stages.some((other) => isToken(other) && toSize(other.layer) === toSize(layer));
    return isPatches ? 'patches' : null;
  }
  const isLast = stages[position + 1]?.block !== block;
  return block === 0 ? 'tokens' : isLast ? `after ${block} block${block === 1 ? '' : 's'}` : `in block ${block}`;
}

function listCandidates(
  path: readonly GraphNode[],
  logits: string,
  describe: (tensor: string) => SpatialLayer | null,
  read: SpatialLayer | null,
): readonly Candidate[] {
  const isCut = findCuts(path, logits);
  const first = Math.max(0, path.findIndex(isProduct));
  const attentions = path.filter(isAttention).length;
  const candidates: Candidate[] = [];
  let block = path.slice(0, first).filter(isAttention).length;
  let products = 0;
  for (const node of path.slice(first)) {
    products += isProduct(node) ? 1 : 0;
    for (const tensor of node.outputs) {
      const layer = tensor === logits ? null : describe(tensor);
      const isRead = tensor === read?.tensor;
      const isMoved = MOVING_OPERATORS.has(node.opType) && !isRead;
      if (layer !== null && !isMoved && !(hasClassToken(layer) && block === attentions)) {
        candidates.push({ layer, rank: isRead ? 2 : isCut.has(tensor) ? 1 : 0, block, products });
      }
    }
    block += isAttention(node) ? 1 : 0;
  }
  return passNormalisation(candidates, attentions);
}

/**
 * Where a class token alone is read, what goes around the last attention ends with it: everything passes through what
 * that attention reads. A normalisation before it divides out the scale of the tokens that enter it, so that derivative
 * times activation adds up to zero there; what it gives has no such defect.
 */
function passNormalisation(candidates: readonly Candidate[], attentions: number): readonly Candidate[] {
  const isBefore = ({ layer, block }: Candidate): boolean => hasClassToken(layer) && block === attentions - 1;
  const entering = candidates.filter((candidate) => isBefore(candidate) && candidate.rank > 0).at(-1);
  if (entering === undefined) {
    return candidates;
  }
  const position = candidates.indexOf(entering);
  return candidates.map((candidate, place) => {
    const isNormed = place > position && isBefore(candidate) && candidate.products === entering.products;
    return isNormed ? { ...candidate, rank: entering.rank } : candidate;
  });
}

/** Of those with one key the last of the highest rank, in execution order. */
function pickLast(candidates: readonly Candidate[], toKey: (candidate: Candidate) => string): readonly Candidate[] {
  const picked = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const key = toKey(candidate);
    if (candidate.rank >= (picked.get(key)?.rank ?? 0)) {
      picked.delete(key);
      picked.set(key, candidate);
    }
  }
  return [...picked.values()];
}

function toStage({ layer, block }: Candidate): string {
  return `${toSize(layer)}${layer.axes.kind === 'tokens' && block > 0 ? `, block ${block}` : ''}`;
}

function toPartOfBlock(candidate: Candidate): string {
  const { layer, rank, products } = candidate;
  return layer.axes.kind === 'tokens' && rank > 0 ? `${toSize(layer)} after ${products}` : toStage(candidate);
}

/** Tokens that something goes around while everything passes through another map of their size: the windows of Swin. */
function dropWindows(stages: readonly Candidate[]): readonly Candidate[] {
  const passed = new Set(stages.filter(({ rank }) => rank > 0).map(({ layer }) => toSize(layer)));
  return stages.filter((stage) => !isToken(stage) || stage.rank > 0 || !passed.has(toSize(stage.layer)));
}

function hasClassToken({ axes }: SpatialLayer): boolean {
  return axes.kind === 'tokens' && axes.offset > 0;
}

function isToken({ layer }: Candidate): boolean {
  return layer.axes.kind === 'tokens';
}

function toSize({ height, width }: SpatialLayer): string {
  return `${height}×${width}`;
}

function isProduct({ opType }: GraphNode): boolean {
  return FEATURE_OPERATORS.has(opType);
}

function isAttention({ opType }: GraphNode): boolean {
  return opType === 'Softmax';
}

function thinBlocks(stages: readonly StageLayer[]): readonly StageLayer[] {
  const blocks = stages.filter(({ axes }) => axes.kind === 'tokens');
  const step = (blocks.length - 1) / (MOST_BLOCKS - 1);
  const kept = new Set(
    step <= 1 ? blocks : Array.from({ length: MOST_BLOCKS }, (_, position) => blocks[Math.round(position * step)]),
  );
  return stages.filter((layer) => layer.axes.kind !== 'tokens' || kept.has(layer));
}

/** Values that are the only one alive between two nodes of the path. */
function findCuts(path: readonly GraphNode[], logits: string): ReadonlySet<string> {
  const lastRead = new Map<string, number>();
  const made = new Set(path.flatMap(({ outputs }) => outputs));
  path.forEach((node, position) => listReads(node).forEach((name) => made.has(name) && lastRead.set(name, position)));
  const alive = new Set<string>();
  const cuts = new Set<string>();
  path.forEach((node, position) => {
    listReads(node).forEach((name) => lastRead.get(name) === position && alive.delete(name));
    node.outputs.forEach((name) => (lastRead.has(name) || name === logits) && alive.add(name));
    if (alive.size === 1) {
      alive.forEach((name) => cuts.add(name));
    }
  });
  return cuts;
}
