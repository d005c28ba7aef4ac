import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readModel } from '../../../src/onnx/readModel';
import { UserError } from '../../../src/userError';
import expected from '../../fixtures/malformed/expected.json';

const fixtures = path.resolve(__dirname, '../../fixtures/malformed');
const folder = mkdtempSync(path.join(tmpdir(), 'headlight-malformed-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function readFailing(file: string): Promise<UserError> {
  const error: unknown = await readModel(file).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe('a malformed model', () => {
  it('has a fixture for each line of the table and the other way round', () => {
    const files = readdirSync(fixtures).filter((name) => name.endsWith('.onnx'));
    expect(files.sort()).toEqual(Object.keys(expected).sort());
  });

  for (const [name, { code, says }] of Object.entries(expected)) {
    it(`${name} gives ${code}: "${says}"`, async () => {
      const error = await readFailing(path.join(fixtures, name));
      expect(error.code).toBe(code);
      expect(error.message).toContain(says);
      expect(error.message).toContain(name);
      expect(error.message).toMatch(/\.$/);
    });
  }

  it('that does not exist, or is a folder, is not found', async () => {
    mkdirSync(path.join(folder, 'folder.onnx'));
    expect(await readFailing(path.join(folder, 'nowhere.onnx'))).toMatchObject({ code: 'fileNotFound' });
    expect(await readFailing(path.join(folder, 'folder.onnx'))).toMatchObject({ code: 'fileNotFound' });
  });

  for (const [name, start, says] of [
    ['keras.h5', '\x89HDF\r\n\x1a\n', 'HDF5'],
    ['model.tflite', '\x1c\0\0\0TFL3\0\0\0\0', 'TensorFlow Lite'],
    ['photo.jpg', '\xff\xd8\xff\xe0\0\x10JFIF', 'JPEG'],
    ['model.safetensors', '\x40\0\0\0\0\0\0\0{"weight": {}}', 'safetensors'],
    ['old.pth', '\x80\x02\x8a\x0al\xfc\x9c', 'pickle'],
    ['input.npy', '\x93NUMPY\x01\0', 'NumPy'],
  ] as const) {
    it(`recognises ${says} and says what to do`, async () => {
      const file = path.join(folder, name);
      writeFileSync(file, Buffer.from(start, 'latin1'));
      const error = await readFailing(file);
      expect(error.code).toBe('notOnnx');
      expect(error.message).toContain(says);
      expect(error.message).toMatch(/ONNX model\. \w+/);
    });
  }
});
