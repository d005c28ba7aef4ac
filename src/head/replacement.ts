import path from 'node:path';
import type { FeatureMap, HeadDescription } from '../analysis/heads/headDescription';
import type { GraphIndex } from '../graph/graphIndex';
import { listReads } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { Model } from '../graph/model';
import type { ModelEdit } from '../onnx/editModel';
import type { EmittedNode, EmittedValue, GraphExtension } from '../onnx/graphExtension';
import { RESERVED_PREFIX } from '../onnx/graphExtension';
import { UserError } from '../userError';
import type { HeadEnd } from './emitLinearHead';
import { emitLinearHead } from './emitLinearHead';
import type { ReplacementHead } from './linearHead';

/** What a head lies in. */
export interface HeadSubject {
  readonly model: Model;
  readonly index: GraphIndex;
  readonly inferred: InferredGraph;
}

const OLDEST_OPSET = 7;

/**
 * The edit that puts a linear head in the place of another one: nodes and stored tensors that nothing needs any more go.
 * With the same number of classes and the same activation, everything after the logits stays as it is; otherwise one
 * output [N, K] under the old one's name takes the place of all outputs that read the old logits.
 *
 * Throws UserError `noHead` for a head without a feature map to start from, `notExact` for one whose logits cannot be cut
 * off, `badArgument` for weights of the wrong size.
 */
export function planReplacement(
  subject: HeadSubject,
  head: HeadDescription,
  replacement: ReplacementHead,
): Omit<ModelEdit, 'metadata'> {
  const { model, index } = subject;
  const { featureMap, logits } = checkHead(subject, head, replacement);
  const keptEnd = findKeptEnd(subject, head, replacement);
  const outputs = keptEnd === null ? redeclareOutputs(subject, head, replacement, logits) : new Map<string, null>();
  const end = keptEnd ?? { activation: replacement.activation, elementType: 'float32', dims: null };
  const needed = findNeeded(subject, logits, featureMap.tensor, (name) => !outputs.has(name));
  const dropped = model.graph.nodes.filter((node) => !node.outputs.some((name) => needed.has(name)));
  if (index.producerOf.get(logits)?.outputs.some((name) => needed.has(name)) === true) {
    throw new UserError(
      'notExact',
      `The node that makes the logits "${logits}" makes other values that are needed too.`,
    );
  }
  const name = keptEnd === null ? head.output : logits;
  const emitted = emitLinearHead(model.opsets.get('') ?? 1, featureMap, replacement, end);
  const { nodes, initializers } = rename(emitted, chooseNames(needed, emitted, name));
  const readers = (index.consumersOf.get(logits) ?? []).filter((node) => !dropped.includes(node));
  return {
    droppedNodes: new Set(dropped.map((node) => node.index)),
    droppedValues: listDroppedValues(model, needed, keptEnd === null ? null : logits),
    inputs: replacement.kind === 'fc' ? fixInputs(subject) : new Map<string, EmittedValue>(),
    outputs,
    nodes,
    initializers,
    insertBefore: readers.length === 0 ? null : Math.min(...readers.map((node) => node.index)),
  };
}

function checkHead(
  { model, index, inferred }: HeadSubject,
  { featureMap, logits, reason }: HeadDescription,
  { kind, weights, bias }: ReplacementHead,
): { readonly featureMap: FeatureMap; readonly logits: string } {
  const file = path.basename(model.path);
  if (featureMap === null || logits === null || !index.producerOf.has(logits) || !isValue(model, index, featureMap)) {
    const found = reason ?? 'its feature map or its logits are no values of the main graph.';
    throw new UserError('noHead', `The head of ${file} cannot be replaced: ${found}`);
  }
  const opset = model.opsets.get('') ?? 1;
  if (opset < OLDEST_OPSET) {
    const found = `${file} uses operator set ${opset}; a new head is written for ${OLDEST_OPSET} and later.`;
    throw new UserError('notExact', `${found} Convert it with onnx.version_converter.`);
  }
  const { channels, height, width, tensor } = featureMap;
  const size = kind === 'gap' ? channels : channels * height * width;
  if (bias.length === 0 || weights.length !== bias.length * size) {
    throw new UserError(
      'badArgument',
      `The new head has ${weights.length} weights for ${bias.length} classes; on "${tensor}" (C ${channels}, H ${height}, ` +
        `W ${width}) a ${kind} head needs ${size} per class.`,
    );
  }
  const cells = (inferred.facts.get(tensor)?.shape ?? [])
    .slice(1)
    .reduce<number>((product, dim) => product * Number(dim), 1);
  if (kind === 'fc' && cells !== channels * height * width) {
    throw new UserError(
      'notExact',
      `A fully connected head needs a weight for each element of "${tensor}", which has others than its ` +
        `${height}×${width} positions (a class token, for example). Swap to gap instead.`,
    );
  }
  return { featureMap, logits };
}

function isValue(model: Model, index: GraphIndex, { tensor }: FeatureMap): boolean {
  return index.producerOf.has(tensor) || model.graph.inputs.some(({ name }) => name === tensor);
}

/** The logits as the rest of the graph wants them, when that can stay; null when the end is written anew. */
function findKeptEnd(
  { inferred }: HeadSubject,
  { classes, activation, logits, logitsElementType }: HeadDescription,
  replacement: ReplacementHead,
): HeadEnd | null {
  const shape = inferred.facts.get(logits ?? '')?.shape ?? null;
  const isSame = replacement.bias.length === classes && replacement.activation === (activation ?? 'none');
  const isFloat = ['float32', 'float64', 'float16', 'bfloat16'].includes(logitsElementType ?? '');
  if (!isSame || !isFloat || logitsElementType === null || shape === null) {
    return null;
  }
  const count = (dims: typeof shape) => dims.reduce<number>((product, dim) => product * Number(dim), 1);
  const end = { activation: 'none', elementType: logitsElementType } as const;
  if (shape.length === 2) {
    return { ...end, dims: null };
  }
  if (shape.length > 2 && count(shape.slice(1)) === classes) {
    return { ...end, dims: [0, ...shape.slice(1).map(Number)] };
  }
  return count(shape) === classes ? { ...end, dims: shape.map(Number) } : null;
}

/** The head's output gets the new classes; others that are computed from the old logits cannot stay. */
function redeclareOutputs(
  { model, index }: HeadSubject,
  head: HeadDescription,
  replacement: ReplacementHead,
  logits: string,
): Map<string, EmittedValue | null> {
  const dependent = new Set([logits]);
  for (const node of index.order) {
    if (listReads(node).some((name) => dependent.has(name))) {
      node.outputs.forEach((name) => dependent.add(name));
    }
  }
  const { outputs, inputs } = model.graph;
  const batch = inputs[0]?.shape?.[0] ?? outputs.find(({ name }) => name === head.output)?.shape?.[0] ?? 'batch';
  const shape = [batch, replacement.bias.length];
  return new Map(
    outputs
      .filter(({ name }) => dependent.has(name))
      .map(({ name }) => [name, name === head.output ? { name, elementType: 'float32', shape } : null]),
  );
}

/** Weights for each position bind the size of the map, and with it that of the image; the batch stays free. */
function fixInputs({ model, inferred }: HeadSubject): Map<string, EmittedValue> {
  const fixed = new Map<string, EmittedValue>();
  for (const { name, elementType, shape } of model.graph.inputs) {
    const bound = inferred.boundInputs.get(name);
    const isFree = shape?.slice(1).some((dim) => typeof dim !== 'number') === true;
    if (isFree && bound !== undefined && elementType !== null) {
      fixed.set(name, { name, elementType, shape: [shape[0] ?? 'batch', ...bound.slice(1)] });
    }
  }
  return fixed;
}

/** Every value that the kept outputs and the new head need; the logits come from the new head. */
function findNeeded(
  { model, index }: HeadSubject,
  logits: string,
  featureMap: string,
  isKept: (output: string) => boolean,
): ReadonlySet<string> {
  const needed = new Set<string>();
  const waiting = [featureMap, ...model.graph.outputs.map((output) => output.name).filter(isKept)];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (value !== logits && !needed.has(value)) {
      needed.add(value);
      const producer = index.producerOf.get(value);
      waiting.push(...(producer === undefined ? [] : listReads(producer)));
    }
  }
  return needed;
}

function listDroppedValues(
  { graph }: Model,
  needed: ReadonlySet<string>,
  keptLogits: string | null,
): ReadonlySet<string> {
  const made = graph.nodes.flatMap((node) => (node.outputs.some((name) => needed.has(name)) ? [] : node.outputs));
  const stored = [...graph.initializers.keys(), ...graph.sparseInitializers.keys()];
  const unused = [...stored.filter((name) => !needed.has(name)), ...made];
  return new Set(unused.filter((name) => name !== keptLogits));
}

/** Reserved names become free ones, so that maps can be drawn for the new model too; `end` is the last value's. */
function chooseNames(
  taken: ReadonlySet<string>,
  { nodes, initializers, outputs }: GraphExtension,
  end: string,
): (name: string) => string {
  const made = [...nodes.flatMap((node) => node.outputs), ...initializers.map((tensor) => tensor.name)];
  const place = (prefix: string) => (name: string) => name.replace(RESERVED_PREFIX, prefix);
  let prefix = 'head/';
  for (let count = 2; made.some((name) => taken.has(place(prefix)(name))); count++) {
    prefix = `head_${count}/`;
  }
  const [last] = outputs;
  const own = new Set(made);
  return (name) => (name === last?.name ? end : own.has(name) ? place(prefix)(name) : name);
}

function rename(
  { nodes, initializers }: GraphExtension,
  toName: (name: string) => string,
): Pick<ModelEdit, 'initializers'> & { readonly nodes: readonly EmittedNode[] } {
  return {
    nodes: nodes.map((node) => ({
      ...node,
      name: node.name.replace(RESERVED_PREFIX, 'head/'),
      inputs: node.inputs.map(toName),
      outputs: node.outputs.map(toName),
    })),
    initializers: initializers.map((tensor) => ({ ...tensor, name: toName(tensor.name) })),
  };
}
