import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Model } from '../../../src/graph/model';
import { createExternalDataError, findMissingExternalData } from '../../../src/onnx/externalData';
import { readModel } from '../../../src/onnx/readModel';
import { readTensor } from '../../../src/onnx/readTensor';
import { WireWriter } from '../../../src/onnx/wireWriter';

const fixtures = path.resolve(__dirname, '../../fixtures/tensors');
const folder = mkdtempSync(path.join(tmpdir(), 'headlight-external-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A model whose only weight, 4 floats, is said to be at `location`. */
async function openWithLocation(location: string): Promise<Model> {
  const file = path.join(folder, 'model.onnx');
  const bytes = new WireWriter()
    .message(7, (graph) => {
      graph.message(1, (node) => node.string(1, 'w').string(2, 'y').string(4, 'Identity'));
      graph.message(5, (tensor) => {
        tensor.int(1, 4).int(2, 1).string(8, 'w').int(14, 1);
        tensor.message(13, (entry) => entry.string(1, 'location').string(2, location));
      });
    })
    .message(8, (opset) => opset.int(2, 17))
    .finish();
  writeFileSync(file, bytes);
  return readModel(file);
}

describe('external data', () => {
  it('is not missed when it is there', async () => {
    expect(await findMissingExternalData(await readModel(path.join(fixtures, 'tensors.onnx')))).toEqual([]);
  });

  it('may be missing: the structure is shown all the same, and the error says what to do', async () => {
    const file = path.join(folder, 'alone.onnx');
    copyFileSync(path.join(fixtures, 'tensors.onnx'), file);
    const model = await readModel(file);
    expect(model.graph.initializers.size).toBeGreaterThan(90);
    const missing = await findMissingExternalData(model);
    expect(missing).toEqual([
      { location: 'tensors.bin', reason: 'missing', tensors: ['float32_external_middle', 'float32_external_end'] },
    ]);
    const error = createExternalDataError(model, missing);
    expect(error.code).toBe('externalDataMissing');
    expect(error.message).toBe(
      'alone.onnx cannot be run. The external data file "tensors.bin" with the weights of 2 tensors is missing: ' +
        'put it beside the model.',
    );
  });

  it('may be too short', async () => {
    const model = await openWithLocation('short.bin');
    writeFileSync(path.join(folder, 'short.bin'), Buffer.alloc(15));
    expect(await findMissingExternalData(model)).toMatchObject([{ reason: 'tooShort' }]);
    writeFileSync(path.join(folder, 'short.bin'), Buffer.alloc(16));
    expect(await findMissingExternalData(model)).toEqual([]);
  });

  for (const location of ['/etc/passwd', '../secret.bin', 'weights/../../secret.bin', 'C:\\secret.bin', '..\\x', '']) {
    it(`is not followed out of the model's folder: "${location}"`, async () => {
      const model = await openWithLocation(location);
      expect(await findMissingExternalData(model)).toMatchObject([{ location, reason: 'outside', tensors: ['w'] }]);
      const tensor = model.graph.initializers.get('w')!;
      await expect(readTensor(model, tensor)).rejects.toMatchObject({ code: 'externalDataMissing' });
    });
  }

  it('is not followed through a symbolic link out of the folder, but into a sub-folder', async () => {
    symlinkSync(path.join(fixtures, 'tensors.bin'), path.join(folder, 'link.bin'));
    const linked = await openWithLocation('link.bin');
    expect(await findMissingExternalData(linked)).toMatchObject([{ reason: 'outside' }]);
    const reading = readTensor(linked, linked.graph.initializers.get('w')!);
    await expect(reading).rejects.toMatchObject({ code: 'externalDataMissing' });
    mkdirSync(path.join(folder, 'weights'));
    copyFileSync(path.join(fixtures, 'tensors.bin'), path.join(folder, 'weights/w.bin'));
    expect(await findMissingExternalData(await openWithLocation('weights/w.bin'))).toEqual([]);
  });
});
