/** Sizes of one block's children and the edges between them; everything that its layout depends on. */
export interface BlockGraph {
  readonly nodes: readonly { readonly id: string; readonly width: number; readonly height: number }[];
  readonly edges: readonly BlockGraphEdge[];
}

export interface BlockGraphEdge {
  readonly id: string;
  /** null: comes in through the block's upper border. */
  readonly from: string | null;
  /** null: leaves through the block's lower border. */
  readonly to: string | null;
  readonly tensor: string;
  /** Width of the shape's text; 0: no label. */
  readonly labelWidth: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Positions in pixels from the upper left corner of the block's content. */
export interface BlockLayout {
  readonly width: number;
  readonly height: number;
  /** Upper left corners. */
  readonly nodes: ReadonlyMap<string, Point>;
  readonly edges: readonly LaidOutEdge[];
  /** Where a tensor crosses the upper (in) and lower (out) border: tensor → x. */
  readonly portsIn: ReadonlyMap<string, number>;
  readonly portsOut: ReadonlyMap<string, number>;
}

interface LaidOutEdge {
  readonly id: string;
  readonly points: readonly Point[];
  /** Left end of the label's middle line; null without a label. */
  readonly label: Point | null;
}

/** Where things are before they are moved to the block's corner. */
export interface Placement {
  /** The centre of a box. */
  nodeAt(id: string): Point;
  portX(side: 'in' | 'out', tensor: string): number;
  wayOf(edge: BlockGraphEdge): EdgeWay;
}

export interface EdgeWay {
  readonly points: readonly Point[];
  /** The centre of its text; null without one. */
  readonly label: Point | null;
}

export const LABEL_HEIGHT = 14;
export const LABEL_OFFSET = 6;
export const RANK_GAP = 26;
/** A port has a place of its own, like a very small box. */
export const PORT_HEIGHT = 1;

/** The tensors that cross the upper (in) or lower (out) border. */
export function listPorts(edges: readonly BlockGraphEdge[], side: 'in' | 'out'): string[] {
  const crossing = edges.filter(({ from, to }) => (side === 'in' ? from : to) === null);
  return [...new Set(crossing.map(({ tensor }) => tensor))];
}
