import type { GraphValue } from '../../src/protocol/layerBodies';
import type { LayerReport, ReportShape } from '../../src/protocol/modelReport';

/** Identifies a box or block; stable for a model, so that it can be saved and used as a key of d3 joins. */
export type ItemId = string;

/** One box: a layer with the element-wise layers that read nothing but it (Conv, BatchNormalization, Relu). */
export interface LayersItem {
  readonly kind: 'layers';
  readonly id: ItemId;
  readonly layers: readonly LayerReport[];
  /** The module's name where the file tells it, else the node's own name. */
  readonly label: string;
}

/** An input or output of the model, or of a body; or what a body takes from around it. */
export interface ValueItem {
  readonly kind: 'value';
  readonly id: ItemId;
  readonly role: 'input' | 'output';
  readonly value: GraphValue;
}

/** Several items drawn as one box until it is expanded. */
export interface BlockItem {
  readonly kind: 'block';
  readonly id: ItemId;
  readonly label: string;
  /** In topological order. */
  readonly children: readonly ItemId[];
  /** The children are built alike: how many layers' or blocks' worth of them there are; null: they are not. */
  readonly repeat: number | null;
  /** Worked out when first asked for: blocks that are open show none of it. */
  readonly summary: () => BlockSummary;
}

/** What a folded block says of all the layers in it. */
export interface BlockSummary {
  readonly layerCount: number;
  readonly parameters: number;
  /** null: of at least one layer unknown. */
  readonly macs: number | null;
  /** How often each operator occurs, most frequent first. */
  readonly operators: readonly (readonly [opType: string, count: number])[];
  readonly outputShape: ReportShape;
}

export type GraphItem = LayersItem | ValueItem | BlockItem;

/**
 * An edge of one block's own graph. `from` null: the tensor comes from outside the block; `to` null: it is read
 * outside. Never both.
 */
export interface BlockEdge {
  readonly id: string;
  readonly from: ItemId | null;
  readonly to: ItemId | null;
  readonly tensor: string;
  readonly shape: ReportShape;
}

/** A tensor that carries data from one unit to another, by their positions in the topological order. */
export interface FlowEdge {
  readonly from: number;
  readonly to: number;
  readonly tensor: string;
  readonly shape: ReportShape;
}

/** What blocks hold is worked out when they are first looked at. */
export interface ItemLookup {
  get(id: ItemId): GraphItem | undefined;
  has(id: ItemId): boolean;
  /** Looks at one block after the other, outermost first; whoever iterates may pause. */
  values(): Iterable<GraphItem>;
}

export interface ParentLookup {
  /** The block around an item; undefined for the root, and for what is no item. */
  parentOf(id: ItemId): ItemId | undefined;
}

/** The graph as it can be shown: a tree of blocks, each with its own small graph. */
export interface GraphView extends ParentLookup {
  readonly root: BlockItem;
  readonly items: ItemLookup;
  /** The edges of a block's own graph. */
  edgesOf(block: ItemId): readonly BlockEdge[];
  /** Boxes and values in topological order, whatever block they are in. */
  readonly units: readonly ItemId[];
  /** Between units, ordered by their reader. */
  readonly edges: readonly FlowEdge[];
  /** The box of each layer that is drawn, by the layer's index in the file. */
  readonly itemOfLayer: ReadonlyMap<number, ItemId>;
  /** Layers that are not drawn because they only prepare constants or shapes, and the layer that reads them. */
  readonly readerOfAuxiliary: ReadonlyMap<number, number>;
}
