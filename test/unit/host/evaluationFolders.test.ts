import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findEvaluationFolders } from '../../../src/host/evaluationFolders';

describe('findEvaluationFolders', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'headlight-'));
    for (const folder of ['a/Images', 'a/masks', 'a/labels', 'b', 'data/photos', 'data/Annotations']) {
      await mkdir(path.join(root, folder), { recursive: true });
    }
    await writeFile(path.join(root, 'b/images'), 'a file');
  });
  afterAll(() => rm(root, { recursive: true }));
  const find = async (model: string, ...open: string[]) => {
    const { images, masks } = await findEvaluationFolders(
      path.join(root, model),
      open.map((image) => path.join(root, image)),
    );
    return [images, masks].map((found) => found && path.relative(root, found).split(path.sep).join('/'));
  };

  it('finds folders beside the model, in whichever case they are written', async () => {
    expect(await find('a/model.onnx')).toEqual(['a/Images', 'a/masks']);
  });

  it('takes the folder of the images that are open, and the annotations beside that', async () => {
    expect(await find('a/model.onnx', 'data/photos/1.png')).toEqual(['data/photos', 'data/Annotations']);
    expect(await find('a/model.onnx', 'b/1.png')).toEqual(['b', 'a/masks']);
  });

  it('finds nothing where there is none', async () => {
    expect(await find('b/model.onnx')).toEqual([null, null]);
    expect(await find('nowhere/model.onnx')).toEqual([null, null]);
  });
});
