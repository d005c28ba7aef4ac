import type { BoundInputs } from './bindInputs';
import { bindInputs } from './bindInputs';
import { PROBES, solveSizes } from './fittingSizes';
import type { Inference, InferredBody } from './inference';
import { inferGraph } from './inferNodes';
import type { ElementType, GraphNode, Model } from './model';
import { functionKey } from './shapeRules/table';
import type { PartialValue, ValueFacts } from './valueFacts';

/** A small tensor whose elements are known without a run. Booleans are 0 and 1. */
export interface ConstantValue {
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  /** Row-major. 64-bit integers beyond ±2^53 lose their low digits. */
  readonly data: readonly number[];
}

/** What is known of the values of a graph: the main one, or a body. */
export interface InferredValues {
  /** Of every value of the graph: inputs, initializers, node outputs. */
  readonly facts: ReadonlyMap<string, ValueFacts>;
  /** Bodies of functions and of control flow, by the node of the graph that runs them. */
  readonly bodies: ReadonlyMap<GraphNode, readonly InferredBody[]>;
}

/** Shapes and types of every value of the main graph, free dimensions bound. */
export interface InferredGraph extends InferredValues {
  /** Small initializers, Constant nodes and whatever follows from them or from known shapes. */
  readonly constants: ReadonlyMap<string, ConstantValue>;
  readonly boundInputs: ReadonlyMap<string, readonly number[]>;
  readonly warnings: readonly string[];
}

/** Nodes inside functions and control flow, each counted as often as it is inferred; beyond that shapes stay unknown. */
const MAXIMUM_BODY_NODES = 100_000;
const BUDGET_SPENT = `Functions and sub-graphs repeat more than ${MAXIMUM_BODY_NODES} nodes; the shapes of the rest are not known.`;
/** Looking for sizes that fit takes another inference or two, which large graphs are spared. */
const MAXIMUM_PROBED_NODES = 5000;
/** Warnings about contradictory nodes that are shown one by one. */
const MAXIMUM_CONFLICTS = 10;

/**
 * Infers shapes, element types and constants from the graph alone; pure and synchronous.
 * `inputShapes` binds free input dimensions by input name, `bindInputs` says what the others become.
 * An operator that is not known leaves unknown shapes downstream only, and a warning that names it.
 */
export function inferShapes(
  model: Model,
  inputShapes: Readonly<Record<string, readonly number[]>> = {},
): InferredGraph {
  const first = bindInputs(model.graph, inputShapes);
  const { bound, inference, facts } =
    inferFitting(model, first.open, (sizes) => bindInputs(model.graph, inputShapes, sizes)) ?? inferBound(model, first);
  return {
    facts,
    constants: collectConstants(facts),
    boundInputs: bound.shapes,
    bodies: inference.bodies,
    warnings: [
      ...bound.warnings,
      ...(inference.budget.left < 0 ? [BUDGET_SPENT] : []),
      ...describeUnknown(inference.unknownOperators),
      ...describeOtherVersions(model),
      ...(inference.conflicts.length === 0 ? [] : doubtAssumed(bound.assumed)),
      ...abridge(inference.conflicts),
    ],
  };
}

interface BoundInference {
  readonly bound: BoundInputs;
  readonly inference: Inference;
  readonly facts: ReadonlyMap<string, ValueFacts>;
}

function inferBound(model: Model, bound: BoundInputs): BoundInference {
  const { graph } = model;
  const inference: Inference = {
    opsets: model.opsets,
    symbols: bound.symbols,
    functions: listFunctions(model),
    bodies: new Map(),
    unknownOperators: new Map(),
    conflicts: [],
    mismatches: [],
    depth: 0,
    budget: { left: MAXIMUM_BODY_NODES },
  };
  const facts = new Map<string, ValueFacts>();
  for (const input of graph.inputs) {
    facts.set(input.name, { elementType: input.elementType, shape: bound.shapes.get(input.name) ?? null, value: null });
  }
  inferGraph(inference, graph, { facts, parent: null });
  return { bound, inference, facts };
}

/**
 * Sizes left free at the inputs that fixed sizes inside ask for: tokens to which a position embedding of 128 rows is
 * added can be 1 or 128. Found by an inference with unusual sizes, and taken if nothing contradicts them but something
 * does contradict others: an embedding that is cut to the tokens fits all sizes up to its own. null without.
 */
function inferFitting(
  model: Model,
  open: readonly string[],
  bind: (sizes: ReadonlyMap<string, number>) => BoundInputs,
): BoundInference | null {
  if (open.length === 0 || open.length > PROBES.length || model.graph.nodes.length > MAXIMUM_PROBED_NODES) {
    return null;
  }
  const probes = new Map(open.map((key, position) => [key, PROBES[position]]));
  const sizes = solveSizes(probes, inferBound(model, bind(probes)).inference.mismatches);
  const countConflicts = (others: ReadonlyMap<string, number>) =>
    inferBound(model, bind(others)).inference.conflicts.length;
  const isForced = ([key, size]: [string, number]) =>
    countConflicts(new Map([...sizes, [key, size === 2 ? 3 : size - 1]])) > 0;
  const fitting = sizes.size > 0 && [...sizes].every(isForced) ? inferBound(model, bind(sizes)) : null;
  return fitting?.inference.conflicts.length === 0 ? fitting : null;
}

/** The body of a function is bound to the versions that the function names (FunctionProto.opset_import). */
function listFunctions({ functions, opsets }: Model): Inference['functions'] {
  return new Map(
    functions.map((body) => [
      functionKey(body.domain, body.name, body.overload),
      { ...body, opsets: new Map([...opsets, ...(body.opsets ?? [])]) },
    ]),
  );
}

/** The specification asks for operators that mean the same in both versions; where they do not, runtimes differ. */
function describeOtherVersions({ functions, opsets }: Model): readonly string[] {
  const names = functions.flatMap(({ domain, name, overload, opsets: own = new Map<string, number>() }) => {
    const differ = [...own].some(([key, version]) => (opsets.get(key) ?? version) !== version);
    return differ ? [functionKey(domain, name, overload)] : [];
  });
  return names.length === 0
    ? []
    : [
        `${names.length === 1 ? `The function ${names[0]} is` : `${names.length} functions, ${names[0]} first, are`} ` +
          'written for other versions of operator sets than the model; shapes follow them, while ONNX Runtime takes ' +
          'the model’s. Where an operator changed in between, export the model again with one version.',
      ];
}

/** A model exported for one size contradicts a default where the file declares that size free. */
function doubtAssumed(assumed: readonly string[]): readonly string[] {
  return assumed.length === 0
    ? []
    : [
        `Nodes contradict their inputs, which may follow from sizes the figures assume: ${assumed.join('; ')}. ` +
          'If the model was made for other sizes, give its inputs those.',
      ];
}

/** A broken file may have thousands of contradictions; the first ones tell what is wrong. */
function abridge(conflicts: readonly string[]): readonly string[] {
  const hidden = conflicts.length - MAXIMUM_CONFLICTS;
  return hidden <= 0
    ? conflicts
    : [...conflicts.slice(0, MAXIMUM_CONFLICTS), `${hidden} more nodes contradict their inputs.`];
}

function collectConstants(facts: ReadonlyMap<string, ValueFacts>): ReadonlyMap<string, ConstantValue> {
  const constants = new Map<string, ConstantValue>();
  for (const [name, { value }] of facts) {
    if (value !== null && isComplete(value)) {
      constants.set(name, value);
    }
  }
  return constants;
}

/** Whether every element is known. */
export function isComplete(value: PartialValue): value is ConstantValue {
  return !value.data.includes(null);
}

function describeUnknown(operators: ReadonlyMap<string, readonly GraphNode[]>): string[] {
  return [...operators].map(([key, nodes]) => {
    const names = nodes.length === 1 ? 'one node' : `${nodes.length} nodes`;
    const first = nodes[0].name === '' ? `node ${nodes[0].index}` : `"${nodes[0].name}"`;
    return `Operator ${key} is not known (${names}, first ${first}): shapes and costs of what it computes are missing.`;
  });
}
