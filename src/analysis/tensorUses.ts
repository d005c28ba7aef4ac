import type { GraphIndex } from '../graph/graphIndex';
import { indexNodes } from '../graph/graphIndex';
import type { InferredBody } from '../graph/inference';
import type { InferredValues } from '../graph/inferShapes';
import type { ElementType, Graph, GraphNode } from '../graph/model';
import { findConstantValues } from './constantValues';

/** The nodes that see the same names: the main graph, or what a function call or control flow runs. */
export interface Frame {
  readonly index: GraphIndex;
  /** null for the main graph. */
  readonly graph: Graph | null;
  readonly body: InferredBody | null;
  readonly parent: Frame | null;
  /** The node of the main graph that runs this frame; null for the main graph itself. */
  readonly owner: GraphNode | null;
  readonly constants: ReadonlySet<string>;
  readonly typeOf: (name: string) => ElementType | null;
  readonly children: ReadonlyMap<GraphNode, readonly Frame[]>;
}

/** One place where a stored tensor meets an operation, after reshapes, casts, dequantization and the like. */
export interface TensorUse {
  readonly node: GraphNode;
  /** Position among the node's inputs. */
  readonly input: number;
  /** Type in which it arrives. */
  readonly elementType: ElementType | null;
  /** Whether only operations that keep its elements lie between; false after arithmetic with other constants. */
  readonly direct: boolean;
  readonly frame: Frame;
  /** The node of the main graph that runs it: itself, or the control flow or function call around it. */
  readonly owner: GraphNode;
}

/** Operators that hand on the elements of their first input. */
const HANDING_ON = new Set(
  (
    'Identity Reshape Flatten Squeeze Unsqueeze Transpose Cast CastLike DequantizeLinear QuantizeLinear Expand Tile ' +
    'Slice Split Pad Dropout'
  ).split(' '),
);

export function buildFrames(graph: Graph, index: GraphIndex, inferred: InferredValues): Frame {
  const stored = [...graph.initializers.keys(), ...graph.sparseInitializers.keys()];
  const children = new Map<GraphNode, readonly Frame[]>();
  const root: Frame = {
    index,
    graph,
    body: null,
    parent: null,
    owner: null,
    constants: findConstantValues(index.order, stored),
    typeOf: (name) => inferred.facts.get(name)?.elementType ?? null,
    children,
  };
  addChildren(root, children, inferred.bodies);
  return root;
}

function addChildren(
  frame: Frame,
  children: Map<GraphNode, readonly Frame[]>,
  bodiesOf: InferredValues['bodies'],
): void {
  for (const node of frame.index.order) {
    const bodies = bodiesOf.get(node);
    if (bodies !== undefined) {
      children.set(
        node,
        bodies.map((body) => buildChild(frame, node, body)),
      );
    }
  }
}

function buildChild(parent: Frame, node: GraphNode, body: InferredBody): Frame {
  const index = indexNodes(body.nodes);
  const children = new Map<GraphNode, readonly Frame[]>();
  const own = body.graph === null ? [] : [...body.graph.initializers.keys(), ...body.graph.sparseInitializers.keys()];
  const given = body.inputs.flatMap(([inner, outer]) => (parent.constants.has(outer) ? [inner] : []));
  // A function sees its inputs only; control flow also sees what is around it.
  const around = body.graph === null ? [] : [...index.consumersOf.keys()].filter((name) => parent.constants.has(name));
  const frame: Frame = {
    index,
    graph: body.graph,
    body,
    parent,
    owner: parent.owner ?? node,
    constants: findConstantValues(index.order, [...around, ...own, ...given]),
    typeOf: (name) => body.factsOf(name).elementType,
    children,
  };
  addChildren(frame, children, body.bodies);
  return frame;
}

/** Every operation that a value reaches while it is still only rearranged, converted or combined with constants. */
export function traceUses(name: string, frame: Frame): readonly TensorUse[] {
  const uses: TensorUse[] = [];
  const waiting: Step[] = [];
  look({ name, frame, direct: true }, waiting, uses);
  if (waiting.length === 0) {
    return uses; // nearly always
  }
  const seen = new Map<Frame, Set<string>>([[frame, new Set([name])]]);
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    const names = seen.get(step.frame) ?? new Set();
    seen.set(step.frame, names);
    if (!names.has(step.name)) {
      names.add(step.name);
      look(step, waiting, uses);
    }
  }
  return uses;
}

/** What uses a value, and the values that carry it on. */
function look(step: Step, waiting: Step[], uses: TensorUse[]): void {
  waiting.push(...leaveBody(step));
  for (const node of step.frame.index.consumersOf.get(step.name) ?? []) {
    const children = step.frame.children.get(node);
    if (children !== undefined) {
      waiting.push(...children.flatMap((child) => enterBody(step, child)));
    } else {
      follow(step, node, waiting, uses);
    }
  }
}

interface Step {
  readonly name: string;
  readonly frame: Frame;
  readonly direct: boolean;
}

function follow(step: Step, node: GraphNode, waiting: Step[], uses: TensorUse[]): void {
  const { frame } = step;
  node.inputs.forEach((name, input) => {
    if (name !== step.name) {
      return;
    }
    if (input === 0 && (HANDING_ON.has(node.opType) || isConstantGather(node, frame))) {
      node.outputs.forEach((output) => waiting.push({ ...step, name: output }));
    } else if (node.outputs.every((output) => frame.constants.has(output)) && isArithmetic(node, input)) {
      const direct = step.direct && node.opType === 'Concat';
      node.outputs.forEach((output) => waiting.push({ ...step, direct, name: output }));
    } else {
      uses.push({
        node,
        input,
        elementType: frame.typeOf(name),
        direct: step.direct,
        frame,
        owner: frame.owner ?? node,
      });
    }
  });
}

function isConstantGather(node: GraphNode, frame: Frame): boolean {
  return node.opType === 'Gather' && frame.constants.has(node.outputs[0]);
}

/** Inputs that say how (axes, shapes, scales), not what, end the trace also between constants. */
function isArithmetic(node: GraphNode, input: number): boolean {
  const controls =
    HANDING_ON.has(node.opType) || ['Gather', 'Range', 'ConstantOfShape', 'Shape', 'Size'].includes(node.opType);
  return input === 0 ? !['Range', 'ConstantOfShape', 'Shape', 'Size'].includes(node.opType) : !controls;
}

function enterBody(step: Step, child: Frame): Step[] {
  const { body } = child;
  if (body === null) {
    return [];
  }
  const given = body.inputs.filter(([, outer]) => outer === step.name).map(([inner]) => inner);
  const captured = body.graph !== null && child.index.consumersOf.has(step.name) && !definesName(body.graph, step.name);
  return [...given, ...(captured ? [step.name] : [])].map((name) => ({ ...step, name, frame: child }));
}

function definesName(graph: Graph, name: string): boolean {
  return (
    graph.initializers.has(name) ||
    graph.inputs.some((input) => input.name === name) ||
    graph.nodes.some((node) => node.outputs.includes(name))
  );
}

/** A stored tensor that a body returns unchanged goes on outside. */
function leaveBody(step: Step): Step[] {
  const { body, parent } = step.frame;
  if (body === null || parent === null) {
    return [];
  }
  return body.outputs
    .filter(([inner]) => inner === step.name)
    .map(([, outer]) => ({ ...step, name: outer, frame: parent }));
}
