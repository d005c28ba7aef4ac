import type { ModelReport } from '../../src/protocol/modelReport';
import { toBlockEdges } from './blockEdges';
import { toBlockTree } from './blockTree';
import { positionsOf, type Group, type GroupChild } from './group';
import { createStructureOf } from './structure';
import { toFlow, toParameterNames, type Flow } from './units';
import type { BlockItem, GraphItem, GraphView, ItemId, LayersItem } from './viewModel';

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
  const units = flow.units.map(({ id }) => id);
  return {
    root,
    items,
    parents,
    blockEdges: toBlockEdges(units, flow.edges, parents, items),
    units,
    edges: flow.edges,
    itemOfLayer,
    readerOfAuxiliary: flow.readerOfAuxiliary,
  };
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
