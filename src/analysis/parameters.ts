import { readInt } from '../graph/attributes';
import { computeSizeBytes } from '../graph/elementTypes';
import type { GraphIndex } from '../graph/graphIndex';
import type { InferredValues } from '../graph/inferShapes';
import type { ElementType, GraphNode, Model, TensorInfo } from '../graph/model';
import type { InitializerReport, InitializerRole } from '../protocol/modelReport';
import { findRole } from './inputRoles';
import type { Frame, TensorUse } from './tensorUses';
import { buildFrames, traceUses } from './tensorUses';

/** A tensor that the model stores, as an initializer or in a Constant or ConstantOfShape node. */
interface StoredTensor extends InitializerReport {
  /** Elements that count: of weights packed several to a byte, the weights. */
  readonly elements: number;
  /** The first node of the main graph, in order of execution, that uses it in its role; null when nothing does. */
  readonly firstUser: GraphNode | null;
}

interface NodeParameters {
  /** Trainable elements first used by the node. */
  readonly parameters: number;
  /** Bytes of the stored tensors first used by the node, constants of shape arithmetic and the like left out. */
  readonly weightBytes: number;
}

export interface ModelParameters {
  readonly tensors: readonly StoredTensor[];
  /** Values of the main graph that depend on stored tensors alone (findConstantValues). */
  readonly constants: ReadonlySet<string>;
  /** Elements of all tensors with the role `parameter`, each stored tensor once. */
  readonly total: number;
  readonly totalBytes: number;
  /** By node of the main graph; nodes without weights are missing. The sums equal the totals. */
  readonly byNode: ReadonlyMap<GraphNode, NodeParameters>;
}

/** The strongest role wins when a tensor is used in several ways. */
const STRENGTH: readonly InitializerRole[] = ['constant', 'quantization', 'statistic', 'parameter'];

/**
 * Roles of all stored tensors, by what the operations do that they reach through reshapes, casts and dequantization:
 * weights, biases and normalisation scale and shift are parameters; running means and variances are statistics;
 * scales and zero points are quantization; the rest (shapes, axes, bounds, exponents, single factors) are constants.
 */
export function computeParameters(
  { graph }: Pick<Model, 'graph'>,
  inferred: InferredValues,
  index: GraphIndex,
): ModelParameters {
  const root = buildFrames(graph, index, inferred);
  const position = new Map(index.order.map((node, order) => [node, order]));
  const tensors = listStored(root, inferred).map(({ stored, frame }) =>
    describe(stored, traceUses(stored.name, frame), position),
  );
  return { tensors, constants: root.constants, ...sumUp(tensors) };
}

interface Stored {
  readonly name: string;
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  readonly count: number;
  readonly storage: InitializerReport['storage'];
}

function listStored(root: Frame, inferred: InferredValues): { stored: Stored; frame: Frame }[] {
  const found: { stored: Stored; frame: Frame }[] = [];
  // A function that is called several times holds its constants once.
  const seen = new Set<GraphNode | TensorInfo>();
  const visit = (frame: Frame) => {
    for (const tensor of frame.graph?.initializers.values() ?? []) {
      if (!seen.has(tensor)) {
        seen.add(tensor);
        found.push({ frame, stored: toStored(tensor.name, tensor) });
      }
    }
    for (const { name, dims, values } of frame.graph?.sparseInitializers.values() ?? []) {
      found.push({ frame, stored: { ...toStored(name, values), dims } });
    }
    for (const node of frame.index.order) {
      const stored = seen.has(node) ? null : readMadeByNode(node, frame, inferred);
      if (stored !== null) {
        seen.add(node);
        found.push({ frame, stored });
      }
      frame.children.get(node)?.forEach(visit);
    }
  };
  visit(root);
  return found;
}

function toStored(name: string, tensor: TensorInfo): Stored {
  const { elementType, dims } = tensor;
  const storage = tensor.payload.kind === 'external' ? 'external' : 'file';
  return { name, elementType, dims, count: countOf(dims), storage };
}

/** What Constant holds, and what ConstantOfShape makes of a shape that is stored too. */
function readMadeByNode(node: GraphNode, frame: Frame, inferred: InferredValues): Stored | null {
  const [name] = node.outputs;
  const isMade = node.opType === 'Constant' || (node.opType === 'ConstantOfShape' && frame.constants.has(name));
  if (!isMade || node.domain !== '') {
    return null;
  }
  const dims = frame.body === null ? inferred.facts.get(name)?.shape : frame.body.factsOf(name).shape;
  const elementType = frame.typeOf(name);
  if (elementType === null || !dims?.every((size) => typeof size === 'number')) {
    return null;
  }
  return { name, elementType, dims, count: countOf(dims), storage: 'node' };
}

function describe(stored: Stored, uses: readonly TensorUse[], position: ReadonlyMap<GraphNode, number>): StoredTensor {
  let role: InitializerRole = 'constant';
  let first: TensorUse | null = null;
  for (const use of uses) {
    const other = findRole(use, stored.count, stored.dims.length);
    const isEarlier = first === null || (position.get(use.owner) ?? 0) < (position.get(first.owner) ?? 0);
    if (STRENGTH.indexOf(other) > STRENGTH.indexOf(role) || (other === role && isEarlier)) {
      role = other;
      first = use;
    }
  }
  return {
    name: stored.name,
    type: stored.elementType,
    shape: stored.dims,
    sizeBytes: computeSizeBytes(stored.elementType, stored.count) ?? 0,
    role,
    storage: stored.storage,
    elements: first === null ? stored.count : (countPacked(first) ?? stored.count),
    firstUser: first?.owner ?? null,
  };
}

/** Weights of MatMulNBits and its like are packed into bytes; their number is K·N. */
function countPacked({ node, input }: TensorUse): number | null {
  const [rows, columns] = [readInt(node, 'K'), readInt(node, 'N')];
  const isPacked = input === 1 && ['MatMulNBits', 'MatMulBnb4', 'MatMulFpQ4'].includes(node.opType);
  return isPacked && rows !== undefined && columns !== undefined ? rows * columns : null;
}

function sumUp(tensors: readonly StoredTensor[]): Omit<ModelParameters, 'tensors' | 'constants'> {
  const byNode = new Map<GraphNode, NodeParameters>();
  let total = 0;
  let totalBytes = 0;
  for (const { role, elements, sizeBytes, firstUser } of tensors) {
    if (role === 'constant' || firstUser === null) {
      continue;
    }
    const parameters = role === 'parameter' ? elements : 0;
    const sum = byNode.get(firstUser) ?? { parameters: 0, weightBytes: 0 };
    byNode.set(firstUser, { parameters: sum.parameters + parameters, weightBytes: sum.weightBytes + sizeBytes });
    total += parameters;
    totalBytes += sizeBytes;
  }
  return { total, totalBytes, byNode };
}

function countOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}
