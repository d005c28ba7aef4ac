import type { BodyPath, GraphReport } from '../../src/protocol/layerBodies';
import { formatShape } from '../quantity';
import { toBoxContent, type BoxContent, type MeasureText } from './boxContent';
import type { LayoutThread } from './layoutThread';
import { toPicture, type Picture } from './picture';
import { toGraphView } from './toGraphView';
import type { GraphView, ItemId } from './viewModel';
import { toWeightShapes } from './weightShapes';

/** A report prepared for drawing: its tree of blocks, what each box says, and pictures of it folded in any way. */
export interface GraphModel {
  readonly report: GraphReport;
  /** Where the graph is in the model; empty: it is the model's own. */
  readonly path: BodyPath;
  readonly view: GraphView;
  contentOf(id: ItemId): BoxContent;
  /** `root`: the block that is the whole picture. */
  layout(root: ItemId, expanded: ReadonlySet<ItemId>, inBackground: boolean): Promise<Picture>;
}

export function createGraphModel(
  report: GraphReport,
  path: BodyPath,
  measure: MeasureText,
  thread: LayoutThread,
): GraphModel {
  const view = toGraphView(report);
  const weightShapes = toWeightShapes(report, view);
  const contents = new Map<ItemId, BoxContent>();
  const contentOf = (id: ItemId): BoxContent => {
    let content = contents.get(id);
    if (content === undefined) {
      const item = view.items.get(id);
      if (item === undefined) {
        throw new Error(`The graph has no item ${id}`);
      }
      content = toBoxContent(item, weightShapes, report, measure);
      contents.set(id, content);
    }
    return content;
  };
  return {
    report,
    path,
    view,
    contentOf,
    layout: (root, expanded, inBackground) =>
      toPicture({
        view,
        root,
        expanded,
        sizeOf: contentOf,
        labelWidthOf: (shape) => Math.round(measure(formatShape(shape), 'detail')),
        layout: (graph) => thread.layout(graph, inBackground),
      }),
  };
}
