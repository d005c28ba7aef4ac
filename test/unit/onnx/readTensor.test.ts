import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Model, TensorInfo } from '../../../src/graph/model';
import { readModel } from '../../../src/onnx/readModel';
import { iterateTensorAsFloat64, readTensor, readTensorAsFloat32 } from '../../../src/onnx/readTensor';
import { computeTensorStatistics } from '../../../src/onnx/tensorStatistics';
import { WireWriter } from '../../../src/onnx/wireWriter';
import expected from '../../fixtures/tensors/expected.json';

const fixtures = path.resolve(__dirname, '../../fixtures/tensors');
const folder = mkdtempSync(path.join(tmpdir(), 'headlight-tensor-'));
afterAll(() => rmSync(folder, { recursive: true }));
let model: Model;
beforeAll(async () => {
  model = await readModel(path.join(fixtures, 'tensors.onnx'));
});

const find = (name: string, from: Model = model): TensorInfo => from.graph.initializers.get(name)!;

/** Python's spelling of special numbers. */
function toNumber(text: string): number {
  return text === 'nan' ? NaN : text.endsWith('inf') ? Number(text.replace('inf', 'Infinity')) : Number(text);
}

/** A model file with one initializer whose message `write` fills. */
async function openWith(file: string, write: (tensor: WireWriter) => void): Promise<Model> {
  const bytes = new WireWriter()
    .message(7, (graph) => {
      graph.message(1, (node) => node.string(1, 'w').string(2, 'y').string(4, 'Identity'));
      graph.message(5, write).message(12, (output) => output.string(1, 'y'));
    })
    .message(8, (opset) => opset.int(2, 17))
    .finish();
  writeFileSync(path.join(folder, file), bytes);
  return readModel(path.join(folder, file));
}

describe('readTensor', () => {
  it('knows every tensor of the fixture and finds nothing wrong with it', () => {
    expect([...model.graph.initializers.keys()]).toEqual(Object.keys(expected));
    expect(model.warnings).toEqual([]);
  });

  for (const [name, { dims, values }] of Object.entries(expected)) {
    it(`reads ${name} as the onnx package does`, async () => {
      const { data, ...tensor } = await readTensor(model, find(name));
      expect(tensor).toEqual({ elementType: name.split('_')[0], dims });
      if (Array.isArray(data)) {
        expect(data).toEqual(values);
      } else if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
        expect(Array.from(data, String)).toEqual(values);
      } else {
        expect(Array.from(data)).toEqual(values.map(toNumber));
      }
    });
  }

  it('gives 64-bit integers and small floats as float32', async () => {
    const integers = await readTensorAsFloat32(model, find('int64_raw_small'));
    expect(Array.from(integers)).toEqual(expected.int64_raw_small.values.map((text) => Math.fround(Number(text))));
    const halves = await readTensorAsFloat32(model, find('float16_raw_small'));
    expect(Array.from(halves)).toEqual(expected.float16_raw_small.values.map(toNumber));
  });

  it('says that strings and complex numbers are no real numbers', async () => {
    for (const name of ['string_typed_small', 'complex64_raw_small']) {
      await expect(readTensorAsFloat32(model, find(name))).rejects.toMatchObject({ code: 'unsupportedTensor' });
    }
  });

  it('puts together a field that comes in packed chunks and single elements', async () => {
    const values = Array.from({ length: 1000 }, (_, index) => (index * 7919) % 40000);
    const chunked = await openWith('chunks.onnx', (tensor) => {
      tensor.int(1, 1000).int(2, 7).string(8, 'w');
      const packed = new WireWriter();
      values.slice(10, 600).forEach((value) => packed.int(7, value));
      values.slice(0, 10).forEach((value) => tensor.int(7, value));
      tensor.content(7, withoutTags(packed.finish()));
      values.slice(600).forEach((value) => tensor.int(7, value));
    });
    const { data } = await readTensor(chunked, find('w', chunked));
    expect(Array.from(data as BigInt64Array, Number)).toEqual(values);
  });

  it('reads tensors of several pieces in pieces', async () => {
    const values = Float32Array.from({ length: 700_001 }, (_, index) => index);
    const large = await openWith('large.onnx', (tensor) =>
      tensor.int(1, values.length).int(2, 1).string(8, 'w').content(9, new Uint8Array(values.buffer)),
    );
    const read = await readTensorAsFloat32(large, find('w', large));
    expect(Buffer.compare(Buffer.from(read.buffer), Buffer.from(values.buffer))).toBe(0);
    const pieces: number[] = [];
    for await (const piece of iterateTensorAsFloat64(large, find('w', large))) {
      expect(piece[0]).toBe(pieces.reduce((sum, length) => sum + length, 0));
      pieces.push(piece.length);
    }
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.reduce((sum, length) => sum + length, 0)).toBe(values.length);
  });

  it('does not believe dimensions that the bytes cannot fill', async () => {
    for (const dims of [[2 ** 40], [-1], [2, 3]]) {
      const hostile = await openWith('hostile.onnx', (tensor) => {
        dims.forEach((size) => tensor.int(1, size));
        tensor.int(2, 1).string(8, 'w').content(9, new Uint8Array(16));
      });
      expect(hostile.warnings).toHaveLength(1);
      const code = dims[0] < 0 ? 'unsupportedTensor' : 'truncated';
      await expect(readTensor(hostile, find('w', hostile))).rejects.toMatchObject({ code });
    }
  });

  it('stops when asked to', async () => {
    const signal = AbortSignal.abort();
    await expect(readTensor(model, find('float32_raw_large'), { signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('notices that the model changed after it was read', async () => {
    const file = path.join(folder, 'changing.onnx');
    copyFileSync(path.join(fixtures, 'tensors.onnx'), file);
    const before = await readModel(file);
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.of(0x08, 8)]));
    const reading = readTensor(before, find('float32_raw_large', before));
    await expect(reading).rejects.toMatchObject({ code: 'fileChanged' });
  });

  it('says which external data file is missing or too short', async () => {
    const file = path.join(folder, 'external.onnx');
    copyFileSync(path.join(fixtures, 'tensors.onnx'), file);
    const alone = await readModel(file);
    const reading = readTensor(alone, find('float32_external_middle', alone));
    await expect(reading).rejects.toMatchObject({ code: 'externalDataMissing' });
    await expect(reading).rejects.toThrow(/tensors\.bin.*missing/);
    writeFileSync(path.join(folder, 'tensors.bin'), Buffer.alloc(100));
    const short = readTensor(alone, find('float32_external_middle', alone));
    await expect(short).rejects.toThrow(/tensors\.bin.*ends before/);
  });
});

describe('computeTensorStatistics', () => {
  it('agrees with the formulas on every real tensor of the fixture', async () => {
    for (const [name, { values }] of Object.entries(expected)) {
      if (/^(string|complex)|empty/.test(name)) {
        continue;
      }
      const statistics = await computeTensorStatistics(model, find(name));
      const finite = values.map(toNumber).filter(Number.isFinite);
      const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
      expect(statistics.count).toBe(values.length);
      expect(statistics.notFinite).toBe(values.length - finite.length);
      expect(statistics.zeros).toBe(finite.filter((value) => value === 0).length);
      expect(statistics.minimum).toBe(Math.min(...finite));
      expect(statistics.maximum).toBe(Math.max(...finite));
      expect(statistics.mean).toBe(mean);
      const variance = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / finite.length;
      expect(statistics.standardDeviation).toBe(Math.sqrt(variance));
      expect(statistics.histogram.reduce((sum, bin) => sum + bin, 0)).toBe(finite.length);
    }
  });

  it('puts the extremes into the first and the last bin', async () => {
    const ramp = await openWith('ramp.onnx', (tensor) =>
      tensor
        .int(1, 129)
        .int(2, 2)
        .string(8, 'w')
        .content(
          9,
          Uint8Array.from({ length: 129 }, (_, index) => index),
        ),
    );
    const { histogram } = await computeTensorStatistics(ramp, find('w', ramp));
    expect(histogram.slice(0, -1)).toEqual(new Array(63).fill(2));
    expect(histogram.at(-1)).toBe(3);
  });

  it('has no minimum without a finite element, and one bin for a constant tensor', async () => {
    const empty = await computeTensorStatistics(model, find('float32_empty'));
    expect(empty).toMatchObject({ count: 0, minimum: NaN, maximum: NaN, mean: NaN, standardDeviation: NaN });
    const constant = await openWith('constant.onnx', (tensor) =>
      tensor
        .int(1, 3)
        .int(2, 2)
        .string(8, 'w')
        .content(9, Uint8Array.of(9, 9, 9)),
    );
    const statistics = await computeTensorStatistics(constant, find('w', constant));
    expect(statistics).toMatchObject({ minimum: 9, maximum: 9, mean: 9, standardDeviation: 0 });
    expect(statistics.histogram[0]).toBe(3);
  });
});

/** Varints of single int64 fields with tags of one byte (field 7), as the content of a packed field. */
function withoutTags(fields: Uint8Array): Uint8Array {
  const content: number[] = [];
  for (let index = 0; index < fields.length;) {
    index += 1;
    do {
      content.push(fields[index++]);
    } while (fields[index - 1] > 0x7f);
  }
  return Uint8Array.from(content);
}
