import type { ShapeRule } from '../valueFacts';
import { shapeOf, typeOf } from '../valueFacts';

/** Inputs: rate, step, then n of each kind (weights, gradients, `states` kinds of state); the gradients do not come out. */
const optimizer =
  (states: number): ShapeRule =>
  (call) => {
    const count = (call.inputs.length - 2) / (2 + states);
    return call.node.outputs.map((_, index) => {
      const input = 2 + index + (index < count ? 0 : count);
      return { shape: shapeOf(call, input), elementType: typeOf(call, input) };
    });
  };

export const trainingRules: Readonly<Record<string, ShapeRule>> = {
  'ai.onnx.preview.training:Adagrad': optimizer(1),
  'ai.onnx.preview.training:Momentum': optimizer(1),
  'ai.onnx.preview.training:Adam': optimizer(2),
  // One derivative for each tensor it is taken by.
  'ai.onnx.preview.training:Gradient': (call) =>
    call.node.outputs.map((_, index) => ({ shape: shapeOf(call, index), elementType: typeOf(call, index) })),
};
