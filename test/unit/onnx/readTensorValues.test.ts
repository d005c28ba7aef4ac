import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readModel } from '../../../src/onnx/readModel';
import { readTensor } from '../../../src/onnx/readTensor';
import { readTensorValues } from '../../../src/onnx/readTensorValues';
import { saveTensorAsNpy } from '../../../src/onnx/saveTensorAsNpy';
import { readNpyArray } from '../../../src/tensor/npy';
import { generateModel } from '../../models/generateModel';

const fixture = path.resolve('test/fixtures/tensors/tensors.onnx');
const folder = mkdtempSync(path.join(tmpdir(), 'headlight-values-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Reads of every file that is opened: `FileHandle` is not exported. */
async function spyOnReads(file: string) {
  const handle = await open(file);
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  return vi.spyOn(prototype, 'read');
}

describe('elements of a stored tensor', () => {
  it('are the same one by one as all at once, in every type and form that a file can store', async () => {
    const model = await readModel(fixture);
    let compared = 0;
    for (const tensor of model.graph.initializers.values()) {
      const whole = await readTensor(model, tensor).catch(() => null);
      if (whole === null || tensor.elementType.startsWith('complex')) {
        continue;
      }
      const expected = Array.from(whole.data as ArrayLike<unknown>, String);
      for (const [offset, count] of [
        [0, expected.length],
        [1, 2],
        [expected.length - 1, 1],
      ]) {
        if (offset >= 0 && offset + count <= expected.length) {
          const { values } = await readTensorValues(model, tensor, { offset, count });
          expect(Array.from(values, String), `${tensor.name} from ${offset}`).toEqual(
            expected.slice(offset, offset + count),
          );
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(40);
  });

  it('show complex numbers and large integers in full', async () => {
    const model = await readModel(fixture);
    for (const tensor of model.graph.initializers.values()) {
      if (tensor.elementType === 'complex64' || tensor.elementType === 'complex128') {
        const { data } = await readTensor(model, tensor);
        const { values } = await readTensorValues(model, tensor, { offset: 0, count: 1 });
        expect(String(values[0]).startsWith(String(data[0]))).toBe(true);
        expect(values[0]).toMatch(/i$/);
      }
    }
  });

  it('beyond the end are refused', async () => {
    const model = await readModel(fixture);
    const [tensor] = model.graph.initializers.values();
    await expect(readTensorValues(model, tensor, { offset: 1e6, count: 1 })).rejects.toMatchObject({
      code: 'badArgument',
    });
    await expect(readTensorValues(model, tensor, { offset: -1, count: 1 })).rejects.toMatchObject({
      code: 'badArgument',
    });
  });

  it.each(['file', 'external'] as const)('cost the same however large the tensor is (%s)', async (storage) => {
    const file = path.join(folder, `large-${storage}.onnx`);
    generateModel(file, { nodes: 20, weightBytes: 2e9, storage });
    const model = await readModel(file);
    const [tensor] = [...model.graph.initializers.values()].sort(
      (one, other) => other.dims.reduce((a, b) => a * b, 1) - one.dims.reduce((a, b) => a * b, 1),
    );
    const count = tensor.dims.reduce((a, b) => a * b, 1);
    expect(count * 4).toBeGreaterThan(1e8);
    const reads = await spyOnReads(file);
    const { values } = await readTensorValues(model, tensor, { offset: count - 100, count: 100 });
    const lengths = reads.mock.results.map(({ value }) => value as Promise<{ bytesRead: number }>);
    const bytesRead = (await Promise.all(lengths)).reduce((sum, read) => sum + read.bytesRead, 0);
    reads.mockRestore();
    // Where the tensor lies, and its last 100 elements.
    expect(bytesRead).toBeLessThan(1000);
    expect(Array.from<unknown>(values)).toEqual(new Array(100).fill(0));
  });
});

describe('a tensor saved for NumPy', () => {
  it('holds the same elements and shape', async () => {
    const model = await readModel(fixture);
    const readable = new Set(['float16', 'float32', 'float64', 'int64', 'int32', 'uint8', 'bool', 'bfloat16', 'uint4']);
    let compared = 0;
    for (const tensor of model.graph.initializers.values()) {
      if (!readable.has(tensor.elementType)) {
        continue;
      }
      const target = path.join(folder, `${compared}.npy`);
      await saveTensorAsNpy(model, tensor, target);
      const { data, shape } = readNpyArray(readFileSync(target));
      expect(shape, tensor.name).toEqual(tensor.dims);
      expect(Array.from(data as ArrayLike<unknown>, String), tensor.name).toEqual(
        Array.from((await readTensor(model, tensor)).data as ArrayLike<unknown>, String),
      );
      compared += 1;
    }
    expect(compared).toBeGreaterThan(8);
  });

  it('is refused for strings, and nothing is left when it is cancelled', async () => {
    const model = await readModel(fixture);
    const tensors = [...model.graph.initializers.values()];
    const target = path.join(folder, 'left.npy');
    const strings = tensors.find(({ elementType }) => elementType === 'string')!;
    await expect(saveTensorAsNpy(model, strings, target)).rejects.toMatchObject({ code: 'unsupportedTensor' });
    const file = path.join(folder, 'cancelled.onnx');
    generateModel(file, { nodes: 20, weightBytes: 1e6 });
    const large = await readModel(file);
    const stored = [...large.graph.initializers.values()].find(({ payload }) => payload.kind === 'file')!;
    await expect(saveTensorAsNpy(large, stored, target, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(existsSync(target)).toBe(false);
  });
});
