import { readInt, readString } from '../attributes';
import type { OperatorCall, PartialShape, ShapeRule } from '../valueFacts';
import { shapeOf, typeOf } from '../valueFacts';

/** X [T, N, I] (layout 1: [N, T, I]) → Y [T, D, N, H], Y_h [D, N, H], and Y_c for LSTM. */
function recurrent(states: number): ShapeRule {
  return (call) => {
    const sequence = shapeOf(call, 0);
    const batchFirst = readInt(call.node, 'layout') === 1;
    const [steps, batch] = batchFirst ? [sequence?.[1], sequence?.[0]] : [sequence?.[0], sequence?.[1]];
    const directions = readString(call.node, 'direction') === 'bidirectional' ? 2 : 1;
    const hidden = readHiddenSize(call);
    const all: PartialShape = batchFirst
      ? [batch ?? null, steps ?? null, directions, hidden]
      : [steps ?? null, directions, batch ?? null, hidden];
    const last: PartialShape = batchFirst ? [batch ?? null, directions, hidden] : [directions, batch ?? null, hidden];
    const elementType = typeOf(call, 0);
    return [all, ...new Array<PartialShape>(states).fill(last)].map((shape) => ({ shape, elementType }));
  };
}

/** By attribute, or from the recurrence weights [D, gates·H, H]. */
function readHiddenSize(call: OperatorCall): number | null {
  return readInt(call.node, 'hidden_size') ?? shapeOf(call, 2)?.[2] ?? null;
}

export const recurrentRules: Readonly<Record<string, ShapeRule>> = {
  RNN: recurrent(1),
  GRU: recurrent(1),
  LSTM: recurrent(2),
  'com.microsoft:DynamicQuantizeLSTM': recurrent(2),
};
