import { indexNodes } from '../graph/graphIndex';
import type { Graph, TensorInfo } from '../graph/model';

/** An initializer of a graph or what a Constant node there holds, by name; null when neither is stored under it. */
export function findStoredTensor(
  { initializers, nodes }: Pick<Graph, 'initializers' | 'nodes'>,
  name: string,
): TensorInfo | null {
  const initializer = initializers.get(name);
  if (initializer !== undefined) {
    return initializer;
  }
  const constant = indexNodes(nodes).producerOf.get(name)?.attributes.get('value');
  return constant?.type === 'tensor' ? { ...constant.value, name } : null;
}
