import type { ModelReport } from '../../src/protocol/modelReport';
import { toBlockTree } from './blockTree';
import { positionsOf, type Group, type GroupChild } from './group';
import { createStructureOf } from './structure';
import { toFlow, toParameterNames, type Flow } from './units';
import type { BlockEdge, BlockItem, GraphItem, GraphView, ItemId, LayersItem } from './viewModel';

/** The model as a tree of blocks with the edges of each block. Pure; costs O(nodes · depth). */
export function toGraphView(report: ModelReport): GraphView {
  const flow = toFlow(report);
  const items = new Map<ItemId, GraphItem>(flow.units.map((unit) => [unit.id, unit]));
  const parents = new Map<ItemId, ItemId>();
  const tree = toBlockTree(flow, toParameterNames(report), createStructureOf(flow, report));
  const root = addBlock(flow, tree, items, parents);
  const itemOfLayer = new Map<number, ItemId>();
  for (const unit of flow.units) {
    if (unit.kind === 'layers') {
      unit.layers.forEach(({ index }) => itemOfLayer.set(index, unit.id));
    }
  }
  const edges = toBlockEdges(flow, parents, items);
  return { root, items, parents, edges, itemOfLayer, readerOfAuxiliary: flow.readerOfAuxiliary };
}

function addBlock(flow: Flow, group: Group, items: Map<ItemId, GraphItem>, parents: Map<ItemId, ItemId>): BlockItem {
  const toId = (child: GroupChild): ItemId =>
    typeof child === 'number' ? flow.units[child].id : addBlock(flow, child, items, parents).id;
  const children = group.children.map(toId);
  children.forEach((child) => parents.set(child, group.id));
  const units = positionsOf(group).map((position) => flow.units[position]);
  const boxes = units.filter((unit): unit is LayersItem => unit.kind === 'layers');
  const layers = boxes.flatMap((box) => box.layers);
  const lastLayers = boxes[boxes.length - 1]?.layers ?? [];
  const block: BlockItem = {
    kind: 'block',
    id: group.id,
    label: group.label,
    children,
    repeat: group.repeat ?? null,
    layerCount: layers.length,
    parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
    macs: layers.reduce<number | null>((sum, { macs }) => (sum === null || macs === null ? null : sum + macs), 0),
    operators: countOperators(layers.map(({ opType }) => opType)),
    outputShape: lastLayers[lastLayers.length - 1]?.outputs[0]?.shape ?? null,
  };
  items.set(block.id, block);
  return block;
}

function countOperators(opTypes: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const opType of opTypes) {
    counts.set(opType, (counts.get(opType) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one);
}

/**
 * Cuts every edge at the frames it crosses: one piece in each block on the way up from its producer, one in the block
 * that holds both ends, one in each block on the way down to its reader.
 */
function toBlockEdges(
  flow: Flow,
  parents: ReadonlyMap<ItemId, ItemId>,
  items: ReadonlyMap<ItemId, GraphItem>,
): Map<ItemId, BlockEdge[]> {
  const pieces = new Map<ItemId, Map<string, BlockEdge>>();
  for (const item of items.values()) {
    if (item.kind === 'block') {
      pieces.set(item.id, new Map());
    }
  }
  for (const { from, to, tensor, shape } of flow.edges) {
    const add = (block: ItemId | undefined, ends: Pick<BlockEdge, 'from' | 'to'>): void => {
      const id = `${ends.from ?? ''}→${ends.to ?? ''}·${tensor}`;
      pieces.get(block ?? '')?.set(id, { id: `${block ?? ''}|${id}`, ...ends, tensor, shape });
    };
    const upward = toPath(flow.units[from].id, parents);
    const downward = toPath(flow.units[to].id, parents);
    while (upward.length > 1 && downward.length > 1 && upward[upward.length - 2] === downward[downward.length - 2]) {
      upward.pop();
      downward.pop();
    }
    const source = upward[upward.length - 2];
    const target = downward[downward.length - 2];
    add(upward[upward.length - 1], { from: source, to: target });
    for (let level = 1; level < upward.length - 1; level++) {
      add(upward[level], { from: upward[level - 1], to: null });
    }
    for (let level = 1; level < downward.length - 1; level++) {
      add(downward[level], { from: null, to: downward[level - 1] });
    }
  }
  return new Map([...pieces].map(([block, edges]) => [block, [...edges.values()]]));
}

/** The item and the blocks around it, innermost first, the root last. */
function toPath(item: ItemId, parents: ReadonlyMap<ItemId, ItemId>): ItemId[] {
  const path = [item];
  for (let parent = parents.get(item); parent !== undefined; parent = parents.get(parent)) {
    path.push(parent);
  }
  return path;
}
