import { inferControlFlow } from './controlFlow';
import { findFoldRule } from './foldRules/table';
import { foldableDims } from './foldRules/foldRule';
import { hasSubgraphs, indexNodes } from './graphIndex';
import type { Inference, InferredBody, Scope } from './inference';
import { lookUp, readOpset } from './inference';
import { decodeInlineTensor } from './inlineTensor';
import type { Attribute, Graph, GraphNode, TensorInfo, ValueInfo } from './model';
import { findShapeRule, functionKey, isKnownOperator } from './shapeRules/table';
import type { OperatorCall, OutputFacts, PartialShape, ValueFacts } from './valueFacts';
import { MAXIMUM_RANK, NOTHING_KNOWN, ShapeConflict } from './valueFacts';

/** Functions and sub-graphs nested deeper than this stay unknown. */
const MAXIMUM_DEPTH = 32;
/** Bodies are walked this far beyond the budget, for what they run and store; a file may repeat a long one very often. */
const MAXIMUM_BEYOND_BUDGET = 900_000;

/** Fills a scope, whose inputs are already there, with everything the graph defines. */
export function inferGraph(inference: Inference, graph: Graph, scope: Scope): void {
  for (const [name, tensor] of graph.initializers) {
    scope.facts.set(name, factsOfTensor(tensor));
  }
  for (const [name, tensor] of graph.sparseInitializers) {
    scope.facts.set(name, { elementType: tensor.values.elementType, shape: tensor.dims, value: null });
  }
  const outputs = new Map(graph.outputs.map((output) => [output.name, output]));
  inferNodes(inference, graph.nodes, scope, (name) => outputs.get(name) ?? graph.valueInfo.get(name));
}

function inferNodes(
  inference: Inference,
  nodes: readonly GraphNode[],
  scope: Scope,
  declarationOf: (name: string) => ValueInfo | undefined,
): void {
  if (inference.depth > 0 && isFarBeyondBudget(inference)) {
    return;
  }
  for (const node of indexNodes(nodes).order) {
    const results = inferNode(inference, node, scope);
    let isComplete = true;
    for (let index = 0; index < node.outputs.length; index++) {
      const name = node.outputs[index];
      if (name !== '') {
        const facts = complete(results[index] ?? NOTHING_KNOWN, declarationOf(name), inference.symbols);
        scope.facts.set(name, facts);
        isComplete &&= facts.shape !== null;
      }
    }
    if (!isComplete && !isKnown(inference, node)) {
      const key = functionKey(node.domain, node.opType, node.overload);
      const others = inference.unknownOperators.get(key);
      if (others === undefined) {
        inference.unknownOperators.set(key, [node]);
      } else {
        others.push(node);
      }
    }
  }
}

function inferNode(inference: Inference, node: GraphNode, scope: Scope): readonly ValueFacts[] {
  const body = findFunction(inference, node);
  if (inference.depth > MAXIMUM_DEPTH || (inference.depth > 0 && inference.budget.left-- <= 0)) {
    return [];
  }
  if (isFarBeyondBudget(inference) && (body !== undefined || hasSubgraphs(node))) {
    return [];
  }
  const inputs = node.inputs.map((name) => (name === '' ? null : lookUp(scope, name)));
  const call: OperatorCall = { node, opset: readOpset(inference.opsets, node.domain), inputs };
  try {
    if (body !== undefined) {
      return inferFunction(inference, call, body);
    }
    return inferControlFlow(inference, call, scope, inferSubgraph) ?? inferOperator(call);
  } catch (error) {
    if (!(error instanceof ShapeConflict)) {
      throw error;
    }
    if (error.sizes !== undefined) {
      inference.mismatches.push(error.sizes);
    }
    const name = node.name === '' ? `node ${node.index}` : `"${node.name}"`;
    inference.conflicts.push(`${node.opType} ${name}: ${error.message}; the shape of its output is not known.`);
    return [];
  }
}

function isFarBeyondBudget({ budget }: Inference): boolean {
  return budget.left < -MAXIMUM_BEYOND_BUDGET;
}

function inferOperator(call: OperatorCall): readonly ValueFacts[] {
  const { domain, opType } = call.node;
  const outputs = (findShapeRule(domain, opType)?.(call) ?? []).map(checkSizes);
  const values = isWorthFolding(outputs) ? findFoldRule(domain, opType)?.(call, outputs) : undefined;
  return outputs.map(({ shape, elementType, sequence }, index) => {
    const value = values?.[index] ?? null;
    return sequence === undefined ? { shape, elementType, value } : { shape, elementType, value, sequence };
  });
}

/** Contradictory attributes can make a rule compute nonsense. */
function checkSizes(output: OutputFacts): OutputFacts {
  const { shape } = output;
  if (shape === null || shape.every((size) => size === null || (Number.isSafeInteger(size) && size >= 0))) {
    return shape !== null && shape.length > MAXIMUM_RANK ? { ...output, shape: null } : output;
  }
  throw new ShapeConflict(`its output would be [${shape.join(', ')}]`);
}

function isWorthFolding(outputs: readonly OutputFacts[]): boolean {
  return outputs.length > 0 && foldableDims(outputs[0].shape) !== null;
}

/** A model-local function is inferred through its body, as if it were written out. */
function inferFunction(inference: Inference, call: OperatorCall, body: CalledFunction): readonly ValueFacts[] {
  const facts = new Map<string, ValueFacts>();
  body.inputs.forEach((name, index) => facts.set(name, call.inputs[index] ?? NOTHING_KNOWN));
  const scope: Scope = { facts, parent: null };
  const given = new Map([...(body.defaults ?? []), ...call.node.attributes]);
  const nodes = body.nodes.map((node) => fillAttributes(node, given));
  const bodies = new Map<GraphNode, readonly InferredBody[]>();
  inferNodes({ ...inference, opsets: body.opsets, bodies, depth: inference.depth + 1 }, nodes, scope, () => undefined);
  const pairs = (names: readonly string[], outside: readonly string[]) =>
    names.flatMap((inner, index) => (outside[index] ? [[inner, outside[index]] as const] : []));
  inference.bodies.set(call.node, [
    {
      kind: 'function',
      times: 1,
      nodes,
      opsets: body.opsets,
      graph: null,
      inputs: pairs(body.inputs, call.node.inputs),
      outputs: pairs(body.outputs, call.node.outputs).map(([inner, outer]) => [inner, outer, 'same']),
      bodies,
      factsOf: (name) => lookUp(scope, name),
    },
  ]);
  return body.outputs.map((name) => lookUp(scope, name));
}

/** Attributes that refer to the function's own are replaced by those of the call or their defaults; absent ones fall to the operator's. */
function fillAttributes(node: GraphNode, given: ReadonlyMap<string, Attribute>): GraphNode {
  if (![...node.attributes.values()].some(({ type }) => type === 'reference')) {
    return node;
  }
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of node.attributes) {
    const value = attribute.type === 'reference' ? given.get(attribute.value) : attribute;
    if (value !== undefined) {
      attributes.set(name, value);
    }
  }
  return { ...node, attributes };
}

function factsOfTensor(tensor: TensorInfo): ValueFacts {
  const { elementType, dims } = tensor;
  const data = foldableDims(dims) === null ? null : decodeInlineTensor(tensor);
  return { elementType, shape: dims, value: data === null ? null : { elementType, dims, data } };
}

/** What the rules leave open is taken from the file's own declaration, its symbols bound like the inputs'. */
function complete(
  facts: ValueFacts,
  declared: ValueInfo | undefined,
  symbols: ReadonlyMap<string, number>,
): ValueFacts {
  if (declared === undefined || (facts.elementType !== null && facts.shape !== null && !facts.shape.includes(null))) {
    return facts;
  }
  const elementType = facts.elementType ?? declared.elementType;
  const known: PartialShape | null =
    declared.shape?.map((size) =>
      typeof size === 'string' ? (symbols.get(size) ?? null) : size !== null && size < 0 ? null : size,
    ) ?? null;
  if (facts.shape === null || known?.length !== facts.shape.length) {
    return { ...facts, elementType, shape: facts.shape ?? known };
  }
  return { ...facts, elementType, shape: facts.shape.map((size, axis) => size ?? known[axis]) };
}

type CalledFunction = Inference['functions'] extends ReadonlyMap<string, infer Body> ? Body : never;

function findFunction({ functions }: Inference, { domain, opType, overload }: GraphNode): CalledFunction | undefined {
  return functions.get(functionKey(domain, opType, overload));
}

function isKnown(inference: Inference, node: GraphNode): boolean {
  return findFunction(inference, node) !== undefined || isKnownOperator(node.domain, node.opType);
}

function inferSubgraph(inference: Inference, graph: Graph, scope: Scope): Inference['bodies'] {
  const bodies: Inference['bodies'] = new Map();
  inferGraph({ ...inference, bodies, depth: inference.depth + 1 }, graph, scope);
  return bodies;
}
