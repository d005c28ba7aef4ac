import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inferShapes } from '../../../src/graph/inferShapes';
import { openFileSource, type ByteSource } from '../../../src/onnx/byteSource';
import { readModel, readModelFrom } from '../../../src/onnx/readModel';
import { readTensorAsFloat32 } from '../../../src/onnx/readTensor';
import { generateModel, type GenerateOptions } from '../../models/generateModel';

const folder = mkdtempSync(path.join(tmpdir(), 'headlight-large-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
const generate = (options: GenerateOptions) => generateModel(path.join(folder, `model${count++}.onnx`), options);

/** Reads a model and counts what it takes from the file. */
async function readCounting(file: string) {
  const descriptor = openSync(file, 'r');
  try {
    const { size, mtimeMs } = statSync(file);
    const source = openFileSource(descriptor, size);
    let bytes = 0;
    const counting: ByteSource = {
      size,
      read(target, offset) {
        const read = source.read(target, offset);
        bytes += read;
        return read;
      },
    };
    const model = await readModelFrom(counting, { path: file, sizeBytes: size, modifiedMs: mtimeMs });
    return { model, bytes };
  } finally {
    closeSync(descriptor);
  }
}

describe('a model of any size', () => {
  it.each([1e6, 1e8, 1.9e9, 3e9])(
    'costs no more bytes to read than its structure has, at %f bytes of weights',
    async (size) => {
      const { file, weightBytes } = generate({ nodes: 200, weightBytes: size });
      const { model, bytes } = await readCounting(file);
      expect(model.sizeBytes).toBeGreaterThan(0.9 * size);
      const structureBytes = model.sizeBytes - weightBytes;
      // After the bytes of a tensor up to 4 KiB are read to find the next one, and at the end one window at most.
      expect(bytes).toBeLessThan(structureBytes + 4096 * model.graph.initializers.size + 65536);
      expect(bytes).toBeLessThan(1.2e6);
    },
  );

  it('costs no byte more with 10 GB of external data than with 1 MB', async () => {
    const external = (weightBytes: number) => generate({ nodes: 200, weightBytes, storage: 'external' });
    const [small, large] = await Promise.all([readCounting(external(1e6).file), readCounting(external(10e9).file)]);
    expect(statSync(large.model.path.replace('.onnx', '.data')).size).toBeGreaterThan(9.9e9);
    expect(large.bytes).toBe(large.model.sizeBytes);
    expect(large.bytes).toBeLessThan(1.1 * small.bytes);
  });

  it('is read with 64-bit offsets: weights beyond 2 and 4 GiB are the ones of the file', async () => {
    const { file } = generate({ nodes: 100, weightBytes: 4.6e9 });
    const { model } = await readCounting(file);
    const bias = model.graph.initializers.get('head.fc.bias');
    if (bias?.payload.kind !== 'file') {
      throw new Error('the bias must lie in the file');
    }
    const [{ offset }] = bias.payload.ranges;
    expect(offset).toBeGreaterThan(2 ** 32);
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, new Uint8Array(Float32Array.of(1.5, -2, 3.25).buffer), 0, 12, offset + 4);
    closeSync(descriptor);
    const reread = await readModel(file);
    const values = await readTensorAsFloat32(reread, reread.graph.initializers.get('head.fc.bias')!);
    expect([...values.subarray(0, 5)]).toEqual([0, 1.5, -2, 3.25, 0]);
  });

  it('costs bytes in proportion to its nodes', async () => {
    const bytes = await Promise.all(
      [1000, 4000].map(async (nodes) => (await readCounting(generate({ nodes }).file)).bytes),
    );
    expect(bytes[1] / bytes[0]).toBeGreaterThan(3.5);
    expect(bytes[1] / bytes[0]).toBeLessThan(4.5);
  });
});

describe('generateModel', () => {
  it('gives the same bytes for the same options, others for another seed', () => {
    const hash = (seed: number) =>
      createHash('sha256')
        .update(readFileSync(generate({ nodes: 120, seed }).file))
        .digest('hex');
    expect(hash(1)).toBe(hash(1));
    expect(hash(2)).not.toBe(hash(1));
  });

  it.each([20, 100, 1001])('makes a network of exactly %i nodes, all of whose shapes follow', async (nodes) => {
    const model = await readModel(generate({ nodes }).file);
    expect(model.graph.nodes).toHaveLength(nodes);
    expect(model.warnings).toEqual([]);
    const { facts, warnings } = inferShapes(model);
    expect(warnings).toEqual([]);
    expect(facts.get('logits')?.shape).toEqual([1, 1000]);
    expect([...facts.values()].filter(({ shape }) => shape === null || shape.includes(null))).toEqual([]);
  });

  it('declares the shapes that are inferred', async () => {
    const declared = await readModel(generate({ nodes: 300, declaresShapes: true }).file);
    const { facts } = inferShapes(await readModel(generate({ nodes: 300 }).file));
    expect(declared.graph.valueInfo.size).toBe(300);
    for (const { name, shape } of declared.graph.valueInfo.values()) {
      expect(facts.get(name)?.shape).toEqual([1, ...(shape ?? []).slice(1)]);
    }
  });

  it('comes within a channel of the bytes asked for', () => {
    const { weightBytes } = generate({ nodes: 400, weightBytes: 1e9 });
    expect(weightBytes / 1e9).toBeGreaterThan(0.99);
    expect(weightBytes / 1e9).toBeLessThanOrEqual(1);
  });
});
