/** Names of the inputs as the ONNX operator documentation has them, for the operators that carry weights. */
const NAMES: Partial<Record<string, readonly string[]>> = {
  Conv: ['X', 'W', 'B'],
  ConvTranspose: ['X', 'W', 'B'],
  ConvInteger: ['x', 'w', 'x_zero_point', 'w_zero_point'],
  Gemm: ['A', 'B', 'C'],
  MatMul: ['A', 'B'],
  BatchNormalization: ['X', 'scale', 'B', 'mean', 'var'],
  InstanceNormalization: ['X', 'scale', 'B'],
  LayerNormalization: ['X', 'scale', 'B'],
  GroupNormalization: ['X', 'scale', 'B'],
  Add: ['A', 'B'],
  Sub: ['A', 'B'],
  Mul: ['A', 'B'],
  Div: ['A', 'B'],
  Pow: ['X', 'Y'],
  Clip: ['input', 'min', 'max'],
  PRelu: ['X', 'slope'],
  Reshape: ['data', 'shape'],
  ReduceMean: ['data', 'axes'],
  ReduceSum: ['data', 'axes'],
  Gather: ['data', 'indices'],
  Slice: ['data', 'starts', 'ends', 'axes', 'steps'],
  Resize: ['X', 'roi', 'scales', 'sizes'],
  Pad: ['data', 'pads', 'constant_value', 'axes'],
  Unsqueeze: ['data', 'axes'],
  Squeeze: ['data', 'axes'],
  Expand: ['input', 'shape'],
  Split: ['input', 'split'],
  QuantizeLinear: ['x', 'y_scale', 'y_zero_point'],
  DequantizeLinear: ['x', 'x_scale', 'x_zero_point'],
  LSTM: ['X', 'W', 'R', 'B', 'sequence_lens', 'initial_h', 'initial_c', 'P'],
  GRU: ['X', 'W', 'R', 'B', 'sequence_lens', 'initial_h'],
  RNN: ['X', 'W', 'R', 'B', 'sequence_lens', 'initial_h'],
};

/** The name of an operator's input at a position; its number where the operator is not known. */
export function toInputName(opType: string, position: number): string {
  return NAMES[opType]?.[position] ?? `input ${position}`;
}
