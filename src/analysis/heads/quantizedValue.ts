import type { GraphNode } from '../../graph/model';
import type { Quantization } from './headDescription';
import type { HeadGraph } from './headGraph';

/** Scale and zero point by which the readers of an integer map understand it. */
export function findQuantization(graph: HeadGraph, tensor: string): Quantization | null {
  const type = graph.elementTypeOf(tensor);
  if (type !== 'uint8' && type !== 'int8') {
    return null;
  }
  const reader = graph.index.consumersOf.get(tensor)?.find((node) => node.inputs[0] === tensor && isQuantized(node));
  const [, scale, zeroPoint] = reader?.inputs ?? [];
  return scale === undefined ? null : { scales: [scale], zeroPoint: zeroPoint ?? null, axis: null };
}

function isQuantized(node: GraphNode): boolean {
  return node.opType.startsWith('QLinear') || node.opType === 'QGemm' || node.opType === 'DequantizeLinear';
}
