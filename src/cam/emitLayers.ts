import type { AffineOperation, LinearStep } from '../analysis/heads/headDescription';
import type { NodeBuilder } from '../onnx/nodeBuilder';
import { emitStored } from './emittedValues';
import type { SelectedClasses } from './selectClasses';

/** Rows of a linear layer's weights that belong to the selected classes, [B, n, inputs]. */
export function emitClassRows(builder: NodeBuilder, selected: SelectedClasses, layer: LinearStep): string {
  const matrix = emitMatrix(builder, layer);
  if (selected.pick.by === 'all') {
    const rows = layer.orientation === 'outputsFirst' ? matrix : builder.transpose(matrix, [1, 0]);
    return builder.reshape(rows, [1, layer.outputs, layer.inputs]);
  }
  return layer.orientation === 'outputsFirst'
    ? builder.gather(matrix, selected.classes)
    : builder.transpose(builder.gather(matrix, selected.classes, 1), [1, 2, 0]);
}

/** A layer's weights as a matrix in their own orientation. */
export function emitMatrix(builder: NodeBuilder, layer: LinearStep): string {
  const weight = emitStored(builder, layer.weight);
  const dims = layer.orientation === 'outputsFirst' ? [layer.outputs, layer.inputs] : [layer.inputs, layer.outputs];
  return layer.weight.dims.length === 2 ? weight : builder.reshape(weight, dims);
}

/** Batch normalisation as x·scale + shift: scale = γ/√(σ² + ε), shift = β − μ·scale. */
export function emitNormalization(
  builder: NodeBuilder,
  operation: Extract<AffineOperation, { readonly type: 'normalize' }>,
): { readonly scale: string; readonly shift: string } {
  const [gamma, beta, mean, variance] = [operation.scale, operation.shift, operation.mean, operation.variance].map(
    (stored) => emitStored(builder, stored),
  ) as [string, string, string, string];
  const deviation = builder.add('Sqrt', [builder.add('Add', [variance, builder.float32(operation.epsilon)])]);
  const scale = builder.add('Div', [gamma, deviation]);
  return { scale, shift: builder.add('Sub', [beta, builder.add('Mul', [mean, scale])]) };
}
