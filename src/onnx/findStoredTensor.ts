import type { Model, TensorInfo } from '../graph/model';
import { UserError } from '../userError';

/** An initializer or what a Constant node holds, by name. Throws UserError `unsupportedTensor` when neither is stored. */
export function findStoredTensor({ graph }: Model, name: string): TensorInfo {
  const initializer = graph.initializers.get(name);
  if (initializer !== undefined) {
    return initializer;
  }
  const constant = graph.nodes.find(({ outputs }) => outputs.includes(name))?.attributes.get('value');
  if (constant?.type === 'tensor') {
    return constant.value;
  }
  throw new UserError(
    'unsupportedTensor',
    `The elements of "${name}" are not stored in the model: they are computed or sparse, so there are no statistics.`,
  );
}
