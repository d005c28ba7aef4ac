import { readInt, readInts } from '../../graph/attributes';
import type { Attribute } from '../../graph/model';
import type { EmittedAttribute } from '../../onnx/graphExtension';
import type { GradientRule } from '../gradientRule';
import type { NodeCall } from '../nodeCall';
import { range, reshapeLike } from '../shaping';

/**
 * MaxPool: dY to the element each window took. A second MaxPool tells which (Indices count through the whole tensor), and
 * the values are scattered there. Windows that overlap may have taken the same element: from operator set 16 on the
 * scatter adds; before, windows are scattered in turns of those that do not overlap. (MaxUnpool keeps only one of them.)
 */
export const maxPool: GradientRule = (call) => [
  () => {
    const indices = emitIndices(call);
    const strides = readInts(call.node, 'strides');
    const dilations = readInts(call.node, 'dilations');
    const kernel = readInts(call.node, 'kernel_shape') ?? call.fail('it declares no kernel');
    // Windows at this distance share no element.
    const turns = kernel.map((size, axis) =>
      Math.ceil(((size - 1) * (dilations?.[axis] ?? 1) + 1) / (strides?.[axis] ?? 1)),
    );
    const scattered =
      call.opset >= 16 && turns.some((count) => count > 1)
        ? scatter(call, call.dY, indices, 'add')
        : call.add(...listTurns(turns).map((turn) => scatterTurn(call, indices, turns, turn)));
    return reshapeLike(call, scattered, call.x);
  },
];

function emitIndices(call: NodeCall): string {
  if (readInt(call.node, 'storage_order') === 1) {
    call.fail('its indices are column-major');
  }
  const attributes = Object.fromEntries(
    [...call.node.attributes].flatMap(([name, value]) => copyAttribute(name, value)),
  );
  return call.build.addAll('MaxPool', [call.x], attributes, 2)[1] ?? '';
}

function copyAttribute(name: string, attribute: Attribute): [string, EmittedAttribute][] {
  const isPlain = attribute.type === 'int' || attribute.type === 'ints' || attribute.type === 'string';
  return isPlain ? [[name, attribute]] : [];
}

/** Flat zeros of the input's size with the values at their indices. */
function scatter(call: NodeCall, values: string, indices: string, reduction: 'none' | 'add'): string {
  const count = call.build.reduce('ReduceProd', call.emit('Shape', [call.x]), [0], true);
  const zeros = call.emit('Expand', [0, count]);
  const inputs = [zeros, call.build.reshape(indices, [-1]), call.build.reshape(values, [-1])];
  const operator = call.opset >= 11 ? 'ScatterElements' : 'Scatter';
  return call.emit(operator, inputs, {
    axis: { type: 'int', value: 0 },
    ...(reduction === 'add' ? { reduction: { type: 'string', value: 'add' } as const } : {}),
  });
}

/** [0, 0], [0, 1], …: where the turns start. */
function listTurns(counts: readonly number[]): readonly (readonly number[])[] {
  return counts.reduce<number[][]>(
    (turns, count) => turns.flatMap((turn) => range(0, count).map((i) => [...turn, i])),
    [[]],
  );
}

/** The windows at positions turn, turn + count, … along each axis. */
function scatterTurn(call: NodeCall, indices: string, counts: readonly number[], turn: readonly number[]): string {
  const pick = (value: string) =>
    counts.reduce((picked, count, axis) => {
      if (count === 1) {
        return picked;
      }
      const positions = range(0, call.size(call.y, axis + 2)).filter((position) => position % count === turn[axis]);
      return call.build.gather(picked, call.build.int64(positions), axis + 2);
    }, value);
  return scatter(call, pick(call.dY), pick(indices), 'none');
}
