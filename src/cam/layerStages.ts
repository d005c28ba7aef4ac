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

/** Of the blocks of a transformer, all of one resolution. */
const MOST_BLOCKS = 5;

/**
 * For each resolution the map that the head reads, else the last one through which everything passes (no branch goes
 * around it), else the last one. The blocks of a transformer have one resolution: for each attention the tokens that
 * enter its block, five of them spread evenly when there are more. Tokens after the last attention are left out when
 * there is a class token: it alone reaches the logits.
 */
export function listStages(
  path: readonly GraphNode[],
  logits: string,
  describe: (tensor: string) => SpatialLayer | null,
  read: SpatialLayer | null,
): readonly SpatialLayer[] {
  const isCut = findCuts(path, logits);
  const first = Math.max(
    0,
    path.findIndex(({ opType }) => FEATURE_OPERATORS.has(opType)),
  );
  const attentions = path.filter(isAttention).length;
  let passed = path.slice(0, first).filter(isAttention).length;
  const stages = new Map<string, { readonly layer: SpatialLayer; readonly rank: number }>();
  path.slice(first).forEach((node) => {
    for (const tensor of node.outputs) {
      const layer = tensor === logits ? null : describe(tensor);
      const isDeaf = layer?.axes.kind === 'tokens' && layer.axes.offset > 0 && passed === attentions;
      if (layer === null || isDeaf) {
        continue;
      }
      const block = layer.axes.kind === 'tokens' && passed > 0 ? `, block ${passed}` : '';
      const key = `${layer.height}×${layer.width}${block}`;
      const rank = tensor === read?.tensor ? 2 : isCut.has(tensor) ? 1 : 0;
      if (rank >= (stages.get(key)?.rank ?? 0)) {
        stages.delete(key);
        stages.set(key, { layer, rank });
      }
    }
    passed += isAttention(node) ? 1 : 0;
  });
  return thinBlocks([...stages.values()].map(({ layer }) => layer).reverse());
}

function isAttention({ opType }: GraphNode): boolean {
  return opType === 'Softmax';
}

function thinBlocks(stages: readonly SpatialLayer[]): readonly SpatialLayer[] {
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
