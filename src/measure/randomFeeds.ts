import { basename } from 'node:path';
import type { ValueInfo } from '../graph/model';
import type { TensorValue } from '../inference/messages';
import type { ModelAnalysis } from '../inspectModel';
import { UserError } from '../userError';

/** 4 GB of float32: more input than that is a mistake in the bound shapes. */
const MOST_ELEMENTS = 2 ** 30;

/**
 * Input to measure with, at the bound shapes: floating-point numbers uniform in [0, 1), the same on every call; whole
 * numbers are 1, which indexes any table and masks nothing; booleans are true, strings empty.
 * Throws UserError `badInputTensor` when an input's shape or type cannot be fed.
 */
export function createRandomFeeds({ model, inferred }: ModelAnalysis): Readonly<Record<string, TensorValue>> {
  const random = createRandom();
  return Object.fromEntries(
    model.graph.inputs.map((input) => {
      const dims = inferred.boundInputs.get(input.name);
      const count = dims?.reduce((product, size) => product * size, 1) ?? Infinity;
      if (dims === undefined || input.elementType === null || count > MOST_ELEMENTS) {
        const found = dims === undefined ? 'its shape is not known' : `its shape is [${dims.join(', ')}]`;
        throw new UserError(
          'badInputTensor',
          `Input ${input.name} of ${basename(model.path)} cannot be filled for measuring: ${input.elementType === null ? 'it is no tensor' : found}. ` +
            'Bind its dimensions first.',
        );
      }
      return [input.name, createTensor(input, dims, count, random)];
    }),
  );
}

/** Numbers are given as float32: the runtime converts them to what the input takes. */
function createTensor(
  { elementType }: ValueInfo,
  dims: readonly number[],
  count: number,
  random: () => number,
): TensorValue {
  switch (elementType) {
    case 'string':
      return { elementType, dims, data: Array.from({ length: count }, () => '') };
    case 'bool':
      return { elementType, dims, data: new Uint8Array(count).fill(1) };
    default: {
      const isWhole = elementType?.includes('int') ?? false;
      return { elementType: 'float32', dims, data: isWhole ? new Float32Array(count).fill(1) : fill(count, random) };
    }
  }
}

function fill(count: number, random: () => number): Float32Array {
  const data = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    data[index] = random();
  }
  return data;
}

/** Marsaglia's xorshift32, "Xorshift RNGs", 2003. */
function createRandom(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) / 2 ** 24;
  };
}
