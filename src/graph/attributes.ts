import type { GraphNode } from './model';

/** Integer attribute, or undefined when absent. */
export function readInt(node: GraphNode, name: string): number | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.type === 'int' ? attribute.value : undefined;
}

export function readInts(node: GraphNode, name: string): readonly number[] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.type === 'ints' ? attribute.value : undefined;
}

export function readFloat(node: GraphNode, name: string): number | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.type === 'float' ? attribute.value : undefined;
}

export function readFloats(node: GraphNode, name: string): readonly number[] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.type === 'floats' ? attribute.value : undefined;
}

export function readString(node: GraphNode, name: string): string | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.type === 'string' ? attribute.value : undefined;
}
