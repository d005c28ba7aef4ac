import type { Attribute, Graph, GraphNode, TensorInfo } from '../graph/model';

/** Text that is equal for equal attributes, whatever their length. The elements of large tensors are not part of it. */
export function toAttributeKey(attribute: Attribute): string {
  switch (attribute.type) {
    case 'tensor':
      return `tensor ${toTensorKey(attribute.value)}`;
    case 'tensors':
      return `tensors ${attribute.value.map(toTensorKey).join(';')}`;
    case 'sparse_tensor': {
      const { dims, values, indices } = attribute.value;
      return `sparse ${dims.join(',')} ${toTensorKey(values)} ${toTensorKey(indices)}`;
    }
    case 'graph':
      return `graph ${toGraphKey(attribute.value)}`;
    case 'graphs':
      return `graphs ${attribute.value.map(toGraphKey).join(';')}`;
    case 'strings':
      return `strings ${JSON.stringify(attribute.value)}`;
    default:
      return `${attribute.type} ${String(attribute.value)}`;
  }
}

/** Type and dimensions: the elements are compared as weights are. */
function toTensorKey({ elementType, dims }: TensorInfo): string {
  return `${elementType}[${dims.join(',')}]`;
}

function toGraphKey({ nodes, initializers, inputs, outputs }: Graph): string {
  const stored = [...initializers.values()].map(
    (tensor) => `${tensor.name}:${toTensorKey(tensor)}${toInlineElements(tensor)}`,
  );
  const values = [...inputs, ...outputs].map(({ name, elementType, shape }) => [name, elementType, shape]);
  return JSON.stringify([nodes.map(toNodeKey), stored, values]);
}

function toNodeKey({ opType, domain, inputs, outputs, attributes }: GraphNode): unknown {
  const own = [...attributes].map(([name, attribute]) => `${name}=${toAttributeKey(attribute)}`).sort();
  return [opType, domain, inputs, outputs, own];
}

function toInlineElements({ payload }: TensorInfo): string {
  return payload.kind === 'inline' ? Buffer.from(payload.bytes).toString('base64') : '';
}
