import type { GraphIndex } from '../graph/graphIndex';
import { listReads } from '../graph/graphIndex';
import type { ElementType, GraphNode } from '../graph/model';
import type { KnownShapes } from './knownShapes';

/** Types whose values move in steps: nothing is differentiable through them. Small integers may be quantised reals. */
const DISCRETE: ReadonlySet<ElementType> = new Set<ElementType>([
  'bool',
  'string',
  'int32',
  'int64',
  'uint32',
  'uint64',
]);

/** Float results that are piecewise constant or independent of their input's values. */
const CONSTANT_OPERATORS: ReadonlySet<string> = new Set([
  'Ceil',
  'Floor',
  'Round',
  'Sign',
  'Hardmax',
  'RandomNormalLike',
  'RandomUniformLike',
  'Bernoulli',
  'ConstantOfShape',
  'EyeLike',
]);

/** The part of a graph between tensors and what is differentiated. */
export interface ActivePath {
  /** Targets first. */
  readonly nodes: readonly GraphNode[];
  /** Values that depend on one of the tensors (themselves included). */
  readonly dependent: ReadonlySet<string>;
}

/** Nodes on a path from one of the tensors `wrt` to one of the targets, in the order derivatives travel. */
export function findActivePath(
  index: GraphIndex,
  shapes: KnownShapes,
  targets: Iterable<string>,
  wrt: readonly string[],
): ActivePath {
  const dependent = new Set(wrt);
  const reached: GraphNode[] = [];
  for (const node of index.order) {
    if (!CONSTANT_OPERATORS.has(node.opType) && listReads(node).some((name) => dependent.has(name))) {
      const outputs = node.outputs.filter((name) => name !== '' && carriesDerivative(shapes.elementType(name)));
      outputs.forEach((name) => dependent.add(name));
      if (outputs.length > 0) {
        reached.push(node);
      }
    }
  }
  const needed = new Set(targets);
  const nodes = reached.reverse().filter((node) => {
    const isNeeded = node.outputs.some((name) => needed.has(name) && dependent.has(name));
    if (isNeeded) {
      listReads(node).forEach((name) => needed.add(name));
    }
    return isNeeded;
  });
  return { nodes, dependent };
}

function carriesDerivative(elementType: ElementType | null): boolean {
  return elementType === null || !DISCRETE.has(elementType);
}
