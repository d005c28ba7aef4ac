import type { BlockGraph, BlockLayout, Point } from './blockGraph';
import type { GraphView, ItemId } from './viewModel';
import type { ReportShape } from '../../src/protocol/modelReport';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function intersects(one: Rectangle, other: Rectangle): boolean {
  return (
    one.x <= other.x + other.width &&
    other.x <= one.x + one.width &&
    one.y <= other.y + other.height &&
    other.y <= one.y + one.height
  );
}

export interface PlacedItem extends Rectangle {
  readonly id: ItemId;
}

export interface PlacedEdge {
  readonly id: string;
  readonly tensor: string;
  readonly shape: ReportShape;
  readonly points: readonly Point[];
  readonly label: Point | null;
  /** The end at a box has an arrow; the end at a frame goes on inside. */
  readonly hasArrow: boolean;
}

/** Everything to draw, in pixels at zoom 1. */
export interface Picture extends Rectangle {
  /** Layers, values and folded blocks. */
  readonly boxes: readonly PlacedItem[];
  /** Expanded blocks, outer before inner. */
  readonly frames: readonly PlacedItem[];
  readonly edges: readonly PlacedEdge[];
}

export interface PictureOptions {
  readonly view: GraphView;
  /** The block that is the whole picture; any but the model itself is drawn with its frame. */
  readonly root: ItemId;
  readonly expanded: ReadonlySet<ItemId>;
  readonly sizeOf: (id: ItemId) => { readonly width: number; readonly height: number };
  readonly labelWidthOf: (shape: ReportShape) => number;
  readonly layout: (graph: BlockGraph) => BlockLayout | Promise<BlockLayout>;
}

export const FRAME_HEADER = 30;
const FRAME_PADDING = 18;
/** An edge meets a frame at a right angle over this length. */
const FRAME_APPROACH = 10;

interface LaidOutBlock {
  readonly id: ItemId;
  readonly layout: BlockLayout;
  readonly inner: ReadonlyMap<ItemId, LaidOutBlock>;
  readonly width: number;
  readonly height: number;
  /** Of the content inside the frame. */
  readonly offset: Point;
}

/** Lays out the expanded blocks from the inside out, then places everything from the outside in. */
export async function toPicture(options: PictureOptions): Promise<Picture> {
  const root = await layoutTree(options, options.root);
  const boxes: PlacedItem[] = [];
  const frames: PlacedItem[] = [];
  const edges: PlacedEdge[] = [];
  const place = (block: LaidOutBlock, origin: Point): void => {
    const content = { x: origin.x + block.offset.x, y: origin.y + block.offset.y };
    for (const [id, corner] of block.layout.nodes) {
      const at = { x: content.x + corner.x, y: content.y + corner.y };
      const inner = block.inner.get(id);
      if (inner === undefined) {
        boxes.push({ id, ...at, ...options.sizeOf(id) });
      } else {
        frames.push({ id, ...at, width: inner.width, height: inner.height });
        place(inner, at);
      }
    }
    edges.push(...placeEdges(options.view, block, origin, content));
  };
  if (root.id !== options.view.root.id) {
    frames.push({ id: root.id, x: 0, y: 0, width: root.width, height: root.height });
  }
  place(root, { x: 0, y: 0 });
  return { x: 0, y: 0, width: root.width, height: root.height, boxes, frames, edges };
}

async function layoutTree(options: PictureOptions, id: ItemId): Promise<LaidOutBlock> {
  const item = options.view.items.get(id);
  const children = item?.kind === 'block' ? item.children : [];
  const expanded = children.filter((child) => options.expanded.has(child));
  const inner = new Map(
    await Promise.all(expanded.map(async (child) => [child, await layoutTree(options, child)] as const)),
  );
  const layout = await options.layout({
    nodes: children.map((child) => {
      const { width, height } = inner.get(child) ?? options.sizeOf(child);
      return { id: child, width, height };
    }),
    edges: options.view.edgesOf(id).map(({ id: edge, from, to, tensor, shape }) => ({
      id: edge,
      from,
      to,
      tensor,
      labelWidth: from === null || to === null ? 0 : options.labelWidthOf(shape),
    })),
  });
  return { id, inner, layout, ...toFrameSize(layout, id === options.view.root.id) };
}

/** The frame around a block's content: none for the root; else so wide that a single entry is in the middle. */
function toFrameSize(layout: BlockLayout, isRoot: boolean): Pick<LaidOutBlock, 'width' | 'height' | 'offset'> {
  if (isRoot) {
    return { width: layout.width, height: layout.height, offset: { x: 0, y: 0 } };
  }
  const [entry] = layout.portsIn.size === 1 ? layout.portsIn.values() : [];
  const centre = entry ?? layout.width / 2;
  const half = Math.max(centre, layout.width - centre) + FRAME_PADDING;
  return {
    width: 2 * half,
    height: layout.height + FRAME_HEADER + 2 * FRAME_PADDING,
    offset: { x: half - centre, y: FRAME_HEADER + FRAME_PADDING },
  };
}

function placeEdges(view: GraphView, block: LaidOutBlock, origin: Point, content: Point): PlacedEdge[] {
  const pieces = new Map(view.edgesOf(block.id).map((edge) => [edge.id, edge]));
  return block.layout.edges.flatMap(({ id, points, label }) => {
    const piece = pieces.get(id);
    if (piece === undefined) {
      return [];
    }
    const { from, to, tensor, shape } = piece;
    const path = points.map(({ x, y }) => ({ x: x + content.x, y: y + content.y }));
    const start =
      from === null ? toBorder(block, content, origin.y, tensor, 'in') : toFrame(block, content, from, tensor, 'out');
    const end =
      to === null
        ? toBorder(block, content, origin.y + block.height, tensor, 'out')
        : toFrame(block, content, to, tensor, 'in');
    return [
      {
        id,
        tensor,
        shape,
        points: [...(start ?? path.slice(0, 1)), ...path.slice(1, -1), ...(end?.reverse() ?? path.slice(-1))],
        label: label && { x: label.x + content.x, y: label.y + content.y },
        hasArrow: to !== null && !block.inner.has(to),
      },
    ];
  });
}

/** The end of an edge on the block's own frame, seen from inside. */
function toBorder(block: LaidOutBlock, content: Point, y: number, tensor: string, side: 'in' | 'out'): Point[] | null {
  const x = (side === 'in' ? block.layout.portsIn : block.layout.portsOut).get(tensor);
  return x === undefined ? null : [{ x: x + content.x, y }];
}

/** The end of an edge on the frame of an expanded child, seen from outside: there it goes on inside. */
function toFrame(
  block: LaidOutBlock,
  content: Point,
  child: ItemId,
  tensor: string,
  side: 'in' | 'out',
): Point[] | null {
  const inner = block.inner.get(child);
  const corner = block.layout.nodes.get(child);
  const port = (side === 'in' ? inner?.layout.portsIn : inner?.layout.portsOut)?.get(tensor);
  if (inner === undefined || corner === undefined || port === undefined) {
    return null;
  }
  const x = content.x + corner.x + inner.offset.x + port;
  const y = content.y + corner.y + (side === 'in' ? 0 : inner.height);
  return [
    { x, y },
    { x, y: y + (side === 'in' ? -FRAME_APPROACH : FRAME_APPROACH) },
  ];
}
