import { readFloat, readInt, readInts, readString } from '../../graph/attributes';
import type { GraphNode } from '../../graph/model';
import type { LinearStep, Quantization, StoredValue } from './headDescription';
import type { HeadGraph } from './headGraph';

type Operand = Pick<LinearStep, 'input' | 'weight' | 'orientation'> & Partial<LinearStep>;

/** A node that multiplies its input by a constant matrix, under any of its spellings; null when it is something else. */
export function readLinearLayer(graph: HeadGraph, node: GraphNode): LinearStep | null {
  const operand = READERS[`${node.domain}:${node.opType}`]?.(graph, node) ?? null;
  const matrix = operand && toMatrixDims(operand.weight);
  if (operand === null || matrix === null) {
    return null;
  }
  const [outputs, inputs] = operand.orientation === 'outputsFirst' ? matrix : [matrix[1], matrix[0]];
  return {
    kind: 'linear',
    node: node.index,
    output: node.outputs[0] ?? '',
    inputs,
    outputs,
    scale: 1,
    bias: null,
    biasScale: 1,
    roundedTo: null,
    ...operand,
  };
}

const READERS: Readonly<Record<string, (graph: HeadGraph, node: GraphNode) => Operand | null>> = {
  ':Gemm': readGemm,
  ':MatMul': readMatMul,
  ':Conv': (graph, node) => readConvolution(graph, node, node.inputs[0], graph.storedValueOf(node.inputs[1])),
  ':Einsum': readEinsum,
  ':QLinearMatMul': readQuantizedMatMul,
  ':QLinearConv': readQuantizedConvolution,
  'com.microsoft:QGemm': readQuantizedGemm,
  'com.microsoft:FusedMatMul': readFusedMatMul,
};

function readGemm(graph: HeadGraph, node: GraphNode): Operand | null {
  const [left = '', right = '', bias] = node.inputs;
  const transposed = { left: readInt(node, 'transA') === 1, right: readInt(node, 'transB') === 1 };
  const side = chooseSide(graph, left, right, transposed);
  const hasBias = bias !== undefined && bias !== '';
  const stored = hasBias ? graph.storedValueOf(bias) : null;
  if (side === null || (hasBias && stored === null)) {
    return null;
  }
  return { ...side, scale: readFloat(node, 'alpha') ?? 1, bias: stored, biasScale: readFloat(node, 'beta') ?? 1 };
}

/** Which operand is the image's vector and which the matrix; the vector may stand on either side. */
function chooseSide(
  graph: HeadGraph,
  left: string,
  right: string,
  transposed: { readonly left: boolean; readonly right: boolean },
): Operand | null {
  if (graph.isData(left)) {
    const weight = graph.storedValueOf(right);
    return weight && { input: left, weight, orientation: transposed.right ? 'outputsFirst' : 'inputsFirst' };
  }
  const weight = graph.storedValueOf(left);
  const applies = weight !== null && graph.isData(right);
  return applies ? { input: right, weight, orientation: transposed.left ? 'inputsFirst' : 'outputsFirst' } : null;
}

function readMatMul(graph: HeadGraph, node: GraphNode): Operand | null {
  const [left = '', right = ''] = node.inputs;
  return chooseSide(graph, left, right, { left: false, right: false });
}

function readFusedMatMul(graph: HeadGraph, node: GraphNode): Operand | null {
  const [left = '', right = ''] = node.inputs;
  const transposed = { left: readInt(node, 'transA') === 1, right: readInt(node, 'transB') === 1 };
  const side = chooseSide(graph, left, right, transposed);
  return side && { ...side, scale: readFloat(node, 'alpha') ?? 1 };
}

/** A convolution whose window is the whole map, or a 1×1 one: the same weights as a matrix [outputs, inputs]. */
function readConvolution(
  graph: HeadGraph,
  node: GraphNode,
  input: string | undefined,
  weight: StoredValue | null,
): Operand | null {
  const shape = graph.shapeOf(input ?? '');
  if (input === undefined || shape === null || weight === null || (readInt(node, 'group') ?? 1) !== 1) {
    return null;
  }
  const kernel = weight.dims.slice(2);
  const whole = kernel.every((size, axis) => size === shape[axis + 2]);
  const padded = readInts(node, 'pads')?.some((pad) => pad !== 0) ?? false;
  const automatic = (readString(node, 'auto_pad') ?? 'NOTSET').startsWith('SAME') && kernel.some((size) => size > 1);
  const bias = node.opType === 'Conv' ? graph.storedValueOf(node.inputs[2]) : null;
  return whole && !padded && !automatic ? { input, weight, orientation: 'outputsFirst', bias } : null;
}

/** Two operands, one shared letter that is summed: "bc,kc->bk" and its like. */
function readEinsum(graph: HeadGraph, node: GraphNode): Operand | null {
  const match = /^([a-z])([a-z]),([a-z])([a-z])->([a-z])([a-z])$/i.exec(
    (readString(node, 'equation') ?? '').replace(/\s/g, ''),
  );
  const weight = graph.storedValueOf(node.inputs[1]);
  const input = node.inputs[0] ?? '';
  if (match === null || weight === null || !graph.isData(input)) {
    return null;
  }
  const [, batch, summed, first, second, outBatch, outClass] = match;
  if (batch !== outBatch || batch === first || batch === second) {
    return null;
  }
  if (summed === second && first === outClass) {
    return { input, weight, orientation: 'outputsFirst' };
  }
  return summed === first && second === outClass ? { input, weight, orientation: 'inputsFirst' } : null;
}

function readQuantizedMatMul(graph: HeadGraph, node: GraphNode): Operand | null {
  const [input = '', , , matrix, scale = '', zeroPoint, outputScale = ''] = node.inputs;
  const weight = graph.storedValueOf(matrix, quantize([scale], zeroPoint, 1));
  return weight && { input, weight, orientation: 'inputsFirst', roundedTo: outputScale };
}

function readQuantizedConvolution(graph: HeadGraph, node: GraphNode): Operand | null {
  const [input, inputScale = '', , kernel, scale = '', zeroPoint, outputScale = '', , bias] = node.inputs;
  const weight = graph.storedValueOf(kernel, quantize([scale], zeroPoint, 0));
  const operand = readConvolution(graph, node, input, weight);
  const stored = graph.storedValueOf(bias, quantize([inputScale, scale], undefined, 0));
  return operand && { ...operand, bias: stored, roundedTo: outputScale };
}

/** com.microsoft QGemm: A, a_scale, a_zero_point, B, b_scale, b_zero_point, C, y_scale, y_zero_point. */
function readQuantizedGemm(graph: HeadGraph, node: GraphNode): Operand | null {
  const [input = '', inputScale = '', , matrix, scale = '', zeroPoint, bias, outputScale] = node.inputs;
  const outputsFirst = readInt(node, 'transB') === 1;
  const weight = graph.storedValueOf(matrix, quantize([scale], zeroPoint, outputsFirst ? 0 : 1));
  if (weight === null || readInt(node, 'transA') === 1) {
    return null;
  }
  return {
    input,
    weight,
    orientation: outputsFirst ? 'outputsFirst' : 'inputsFirst',
    scale: readFloat(node, 'alpha') ?? 1,
    bias: graph.storedValueOf(bias, quantize([inputScale, scale], undefined, 0)),
    roundedTo: outputScale === undefined || outputScale === '' ? null : outputScale,
  };
}

function quantize(scales: readonly string[], zeroPoint: string | undefined, axis: number): Quantization {
  return { scales, zeroPoint: zeroPoint === undefined || zeroPoint === '' ? null : zeroPoint, axis };
}

/** [first axis, everything else]; leading axes of size 1 (batched MatMul) do not count. */
function toMatrixDims(weight: StoredValue): readonly [number, number] | null {
  const dims = [...weight.dims];
  while (dims.length > 2 && dims[0] === 1 && dims.length !== 4) {
    dims.shift();
  }
  return dims.length < 2 ? null : [dims[0] ?? 1, dims.slice(1).reduce((product, size) => product * size, 1)];
}
