import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphExtension } from '../../../src/onnx/graphExtension';
import { emitExtensionBytes } from '../../../src/onnx/emitModel';
import { int64Tensor } from '../../../src/onnx/graphExtension';
import { readModel } from '../../../src/onnx/readModel';
import { saveExtendedModel } from '../../../src/onnx/saveExtendedModel';

const fixtures = path.resolve(__dirname, '../../fixtures');
const extension: GraphExtension = {
  nodes: [{ opType: 'Identity', name: 'headlight/copy', inputs: ['headlight/one'], outputs: ['headlight/copy'] }],
  initializers: [int64Tensor('headlight/one', [1], [1])],
  inputs: [],
  outputs: [{ name: 'headlight/copy', elementType: 'int64', shape: [1] }],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-save-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('saving an extended model', () => {
  it('keeps every byte of the original before the additions, and leaves nothing else', async () => {
    const original = path.join(fixtures, 'gradients/misc/model.onnx');
    const file = path.join(folder, 'extended.onnx');
    const model = await readModel(original);
    await saveExtendedModel(model, extension, file);
    expect(await readFile(file)).toEqual(Buffer.concat([await readFile(original), emitExtensionBytes(extension)]));
    expect(await readdir(folder)).toEqual(['extended.onnx']);
    const extended = await readModel(file);
    expect(extended.graph.outputs.map(({ name }) => name)).toEqual(['y', 'headlight/copy']);
    expect(extended.opsets).toEqual(model.opsets);
  });

  it('wants to stay beside the files that the model keeps weights in', async () => {
    const home = path.join(folder, 'home');
    await mkdir(home);
    for (const name of ['tensors.onnx', 'tensors.bin']) {
      await copyFile(path.join(fixtures, 'tensors', name), path.join(home, name));
    }
    const model = await readModel(path.join(home, 'tensors.onnx'));
    await expect(saveExtendedModel(model, extension, path.join(folder, 'away.onnx'))).rejects.toMatchObject({
      code: 'badArgument',
      message: expect.stringContaining('tensors.bin') as unknown,
    });
    await saveExtendedModel(model, extension, path.join(home, 'beside.onnx'));
    expect((await readdir(home)).sort()).toEqual(['beside.onnx', 'tensors.bin', 'tensors.onnx']);
  });

  it('refuses a model that changed since it was read', async () => {
    const original = path.join(folder, 'changing.onnx');
    await copyFile(path.join(fixtures, 'gradients/misc/model.onnx'), original);
    const model = await readModel(original);
    await appendFile(original, new Uint8Array(1));
    const saved = saveExtendedModel(model, extension, path.join(folder, 'late.onnx'));
    await expect(saved).rejects.toMatchObject({ code: 'fileChanged' });
    expect(await readdir(folder)).not.toContain('late.onnx.part');
  });
});
