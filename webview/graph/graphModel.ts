import type { InitializerReport, ModelReport } from '../../src/protocol/modelReport';
import { formatShape } from '../quantity';
import { toBoxContent, type BoxContent, type MeasureText } from './boxContent';
import type { LayoutThread } from './layoutThread';
import { toPicture, type Picture } from './picture';
import { toGraphView } from './toGraphView';
import type { GraphView, ItemId } from './viewModel';

/** A report prepared for drawing: its tree of blocks, what each box says, and pictures of it folded in any way. */
export interface GraphModel {
  readonly report: ModelReport;
  readonly view: GraphView;
  contentOf(id: ItemId): BoxContent;
  layout(expanded: ReadonlySet<ItemId>): Promise<Picture>;
}

export function createGraphModel(report: ModelReport, measure: MeasureText, thread: LayoutThread): GraphModel {
  const view = toGraphView(report);
  const initializers = new Map<string, InitializerReport>(report.initializers.map((one) => [one.name, one]));
  const contents = new Map<ItemId, BoxContent>();
  const contentOf = (id: ItemId): BoxContent => {
    let content = contents.get(id);
    if (content === undefined) {
      const item = view.items.get(id);
      if (item === undefined) {
        throw new Error(`The graph has no item ${id}`);
      }
      content = toBoxContent(item, initializers, measure);
      contents.set(id, content);
    }
    return content;
  };
  return {
    report,
    view,
    contentOf,
    layout: (expanded) =>
      toPicture({
        view,
        expanded,
        sizeOf: contentOf,
        labelWidthOf: (shape) => Math.round(measure(formatShape(shape), 'detail')),
        layout: (graph) => thread.layout(graph),
      }),
  };
}
