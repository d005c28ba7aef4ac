/** What a layer runs inside: the nodes of a model-local function, of the branches of If, of the body of Loop or Scan. */
import type { AttributeReport, ModelReport, ReportShape, ValueReport } from './modelReport';

/** Where a value inside comes from. */
export type BodyValueSource =
  /** A node of the body makes it. */
  | 'layer'
  /** An input of the body. */
  | 'input'
  /** A tensor stored with the body. */
  | 'stored'
  /** Taken from the graph around the body by its name. */
  | 'outside'
  /** An input of a function that the call leaves out. */
  | 'missing';

/** A value that a layer of a body reads or makes. */
export interface BodyValue {
  readonly name: string;
  readonly type: string | null;
  /** Inferred inside, at the bound shapes; in a loop what holds in every turn. */
  readonly shape: ReportShape;
  readonly source: BodyValueSource;
}

/** What an input of a body holds. */
export type BodyInputRole =
  /** The value outside, as it is. */
  | 'same'
  /** The value outside in the first turn, that of the turn before in the others. */
  | 'carried'
  /** One part of the value outside in each turn. */
  | 'part'
  /** The number of the turn, from 0 on. */
  | 'turn';

export interface BodyInput extends BodyValue {
  readonly role: BodyInputRole;
  /** Name of the value outside; null where there is none. */
  readonly outer: string | null;
}

/** How an output of a body comes out of the layer around it. */
export type BodyOutputRole =
  /** As it is. */
  | 'same'
  /** As the last turn leaves it; each turn gets that of the turn before. */
  | 'carried'
  /** One per turn, stacked along an axis. */
  | 'stacked'
  /** One per turn, as the tensors of a sequence. */
  | 'collected';

/** What an output of a body becomes. */
export interface BodyPurpose {
  /** The output of the layer around the body; null where it stays inside. */
  readonly outer: string | null;
  readonly role: BodyOutputRole;
  /** How many turns there are; null when only a run can tell. */
  readonly turns: number | null;
}

export interface BodyOutput extends BodyValue, BodyPurpose {}

export interface BodyLayer {
  /** Index of the node in the body, as the file has it. */
  readonly index: number;
  /** As in the file; may be empty or repeated. */
  readonly name: string;
  readonly opType: string;
  /** '' is ai.onnx. */
  readonly domain: string;
  /** Without inputs that are left out. */
  readonly inputs: readonly BodyValue[];
  readonly outputs: readonly BodyValue[];
  /** Without those that hold graphs: these are its bodies. */
  readonly attributes: readonly AttributeReport[];
  readonly bodies: readonly LayerBody[];
}

export interface LayerBody {
  readonly kind: 'function' | 'branch' | 'loop' | 'graph';
  /** Name of the function, or of the attribute that holds the graph (`then_branch`, `body`). */
  readonly name: string;
  /** How often it runs each time the layer does; null when only a run can tell. */
  readonly times: number | null;
  readonly inputs: readonly BodyInput[];
  readonly outputs: readonly BodyOutput[];
  /** In order of execution. */
  readonly layers: readonly BodyLayer[];
  /** Further layers that are not listed. */
  readonly hiddenLayers: number;
}

/** One step from a graph into a body: of which node (its index there), and which of its bodies. */
export interface BodyStep {
  readonly layer: number;
  readonly body: number;
}

/** From the main graph inwards; empty: the main graph. */
export type BodyPath = readonly BodyStep[];

/** An input or output of a graph that can be drawn. */
export interface GraphValue extends ValueReport {
  /** Where it comes from, or what it becomes (several outputs: their names in a row); absent for those of the model. */
  readonly outside?: Pick<BodyInput, 'source' | 'role' | 'outer'>;
  /** What an output of a body becomes, each output of the layer around it by itself. */
  readonly purposes?: readonly BodyPurpose[];
}

/** What the graph view draws: a model, or a body in the same form. */
export type GraphReport = Pick<ModelReport, 'layers' | 'initializers' | 'functions' | 'heads'> & {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
};

/**
 * One body as a graph of its own: costs are those of one run of it. What it takes from around it stands behind its
 * inputs; tensors stored around it are among the initializers.
 */
export type BodyReport = Pick<LayerBody, 'kind' | 'name' | 'times'> &
  GraphReport & {
    /** Names of all bodies of its layer, this one's too: their positions are those in paths. */
    readonly bodies: readonly string[];
  };
