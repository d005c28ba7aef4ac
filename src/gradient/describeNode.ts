import type { GraphNode } from '../graph/model';

/** Conv "/layer1/conv1" (node 12). */
export function describeNode({ opType, name, index, domain }: GraphNode): string {
  const operator = domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
  return `${operator}${name === '' ? '' : ` "${name}"`} (node ${index})`;
}
