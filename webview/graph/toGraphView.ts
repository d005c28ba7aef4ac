import type { ModelReport } from '../../src/protocol/modelReport';
import { createBlockEdges } from './blockEdges';
import { toBlockTree } from './blockTree';
import type { Group, GroupChild } from './group';
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
    edgesOf: createBlockEdges(units, flow.edges, parents),
    units,
    edges: flow.edges,
    itemOfLayer,
    readerOfAuxiliary: flow.readerOfAuxiliary,
  };
}

function addBlock(flow: Flow, group: Group, items: Map<ItemId, GraphItem>, parents: Map<ItemId, ItemId>): BlockItem {
  const toItem = (child: GroupChild): GraphItem =>
    typeof child === 'number' ? flow.units[child] : addBlock(flow, child, items, parents);
  const children = group.children.map(toItem);
  children.forEach(({ id }) => parents.set(id, group.id));
  const parts = children.flatMap((child) => (child.kind === 'value' ? [] : [toPart(child)]));
  const block: BlockItem = {
    kind: 'block',
    id: group.id,
    label: group.label,
    children: children.map(({ id }) => id),
    repeat: group.repeat ?? null,
    ...sumUp(parts),
  };
  items.set(block.id, block);
  return block;
}

/** What a block says of all that is in it. */
type Summary = Pick<BlockItem, 'layerCount' | 'parameters' | 'macs' | 'operators' | 'outputShape'>;

function toPart(child: LayersItem | BlockItem): Summary {
  if (child.kind === 'block') {
    return child;
  }
  const { layers } = child;
  return {
    layerCount: layers.length,
    parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
    macs: layers.reduce<number | null>((sum, { macs }) => (sum === null || macs === null ? null : sum + macs), 0),
    operators: layers.map(({ opType }) => [opType, 1] as const),
    outputShape: layers[layers.length - 1].outputs[0]?.shape ?? null,
  };
}

function sumUp(parts: readonly Summary[]): Summary {
  return {
    layerCount: parts.reduce((sum, { layerCount }) => sum + layerCount, 0),
    parameters: parts.reduce((sum, { parameters }) => sum + parameters, 0),
    macs: parts.reduce<number | null>((sum, { macs }) => (sum === null || macs === null ? null : sum + macs), 0),
    operators: countOperators(parts),
    // A part may hold nothing but inputs and outputs of the model.
    outputShape: parts.filter(({ layerCount }) => layerCount > 0).pop()?.outputShape ?? null,
  };
}

function countOperators(parts: readonly Summary[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { operators } of parts) {
    for (const [opType, count] of operators) {
      counts.set(opType, (counts.get(opType) ?? 0) + count);
    }
  }
  return [...counts].sort(([, one], [, other]) => other - one);
}
