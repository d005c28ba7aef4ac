import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../../../src/graph/model';
import { openMemorySource } from '../../../src/onnx/byteSource';
import { emitThinModel } from '../../../src/onnx/emitModel';
import { readModel, readModelFrom } from '../../../src/onnx/readModel';
import { assembleModel } from '../../../src/onnx/thinModel';
import { UserError } from '../../../src/userError';
import { describeModel } from './describeModel';
import { createRandom, shuffleModel } from './shuffleProtobuf';

const root = path.resolve(__dirname, '../../..');
const features = readFileSync(path.join(root, 'test/fixtures/structure/features.onnx'));
/** Real structure without 180 KB of weights, so that random damage hits something that matters. */
let thin: Uint8Array;
beforeAll(async () => {
  thin = await emitThinModel(await readModel(path.join(root, 'media/demo/shapes/shapes_gap.onnx')));
});

const readBytes = (bytes: Uint8Array): Promise<Model> =>
  readModelFrom(openMemorySource(bytes), { path: '/memory.onnx', sizeBytes: bytes.byteLength, modifiedMs: 0 });

/** A model, or an expected error: everything else fails the test. */
async function readOrExplain(bytes: Uint8Array): Promise<Model | UserError> {
  try {
    return await readBytes(bytes);
  } catch (error) {
    if (error instanceof UserError) {
      return error;
    }
    throw error;
  }
}

describe('readModel on other spellings of a model', () => {
  it('reads fields in any order, split graphs and packed numbers to the same structure', async () => {
    for (const bytes of [features, thin]) {
      const lines = describeModel(await readBytes(bytes));
      for (let seed = 1; seed <= 60; seed++) {
        const shuffled = shuffleModel(bytes, createRandom(seed));
        const model = await readBytes(shuffled);
        // Order among different kinds of things is free; describeModel lists kind by kind.
        expect(describeModel(model).sort(), `seed ${seed}`).toEqual([...lines].sort());
        expect(model.graph.nodes.map((node) => node.outputs)).toEqual(
          (await readBytes(bytes)).graph.nodes.map((node) => node.outputs),
        );
      }
    }
  });
});

describe('readModel on damaged bytes', () => {
  it('gives an error for every cut through the file, and calls it truncated once there was something to read', async () => {
    for (const bytes of [features, thin]) {
      for (let length = 0; length < bytes.byteLength; length += 7) {
        const result = await readOrExplain(bytes.subarray(0, length));
        if (result instanceof UserError) {
          expect(result.code, `${length} bytes`).toBe(length > 20 ? 'truncated' : result.code);
        } else {
          // Between two fields of the model itself: what follows the graph is missing, which cannot be seen.
          expect(result.graph.nodes.length).toBeGreaterThan(0);
        }
      }
    }
  });

  it('gives a model or an error for random bit flips, and what it accepts can be made thin', async () => {
    const random = createRandom(42);
    const codes = new Set<string>();
    for (let round = 0; round < 3000; round++) {
      const bytes = Uint8Array.from(round % 2 === 0 ? features : thin);
      const flips = 1 + Math.floor(random() * 4);
      for (let flip = 0; flip < flips; flip++) {
        bytes[Math.floor(random() * bytes.byteLength)] ^= 1 << Math.floor(random() * 8);
      }
      const result = await readOrExplain(bytes);
      if (result instanceof UserError) {
        codes.add(result.code);
      } else {
        codes.add('model');
        assembleModel(openMemorySource(bytes), { location: 'memory.onnx' }).toBytes();
      }
    }
    expect([...codes].sort()).toEqual(expect.arrayContaining(['model', 'notOnnx', 'truncated']));
  });

  it('gives a model or an error when a run of bytes is overwritten, moved or doubled', async () => {
    const random = createRandom(43);
    for (let round = 0; round < 1500; round++) {
      const source = round % 2 === 0 ? features : thin;
      const at = Math.floor(random() * source.byteLength);
      const length = Math.floor(random() * 40);
      const from = Math.floor(random() * source.byteLength);
      const run = source.subarray(from, from + length);
      const rest = source.subarray(random() < 0.5 ? at + length : at);
      await readOrExplain(Buffer.concat([source.subarray(0, at), run, rest]));
    }
  });

  it('calls random bytes what they are', async () => {
    const random = createRandom(44);
    for (let round = 0; round < 300; round++) {
      const bytes = Uint8Array.from({ length: Math.floor(random() * 3000) }, () => random() * 256);
      const result = await readOrExplain(bytes);
      expect(result).toBeInstanceOf(UserError);
    }
  });
});
