import type { GraphReport } from '../../src/protocol/layerBodies';
import { BlockItems } from './blockItems';
import { toBlockTree } from './blockTree';
import { createStructureOf } from './structure';
import { toFlow } from './units';
import type { GraphView, ItemId } from './viewModel';

/** The model as a tree of blocks with the edges of each block. */
export function toGraphView(report: GraphReport): GraphView {
  const flow = toFlow(report);
  const blocks = new BlockItems(flow, toBlockTree(flow), createStructureOf(flow, report));
  const itemOfLayer = new Map<number, ItemId>();
  for (const unit of flow.units) {
    if (unit.kind === 'layers') {
      unit.layers.forEach(({ index }) => itemOfLayer.set(index, unit.id));
    }
  }
  return {
    root: blocks.root,
    items: blocks,
    parentOf: (id) => blocks.parentOf(id),
    edgesOf: (block) => blocks.edgesOf(block),
    units: flow.units.map(({ id }) => id),
    edges: flow.edges,
    itemOfLayer,
    readerOfAuxiliary: flow.readerOfAuxiliary,
  };
}
