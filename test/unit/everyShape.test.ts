import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectModel } from '../../src/inspectModel';
import { emitWholeModel } from '../../src/onnx/emitModel';
import type { ModelReport } from '../../src/protocol/modelReport';

const root = path.join(__dirname, '../..');
/** The reference data is not part of the repository; the models kept here are. */
const models = ['test/fixtures/heads', 'test/fixtures/light', 'test/fixtures/gradients', 'media/demo', '../shared/data']
  .map((folder) => path.join(root, folder))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.onnx'))
      .map((name) => path.join(folder, name)),
  )
  .sort();

function listValues({ layers }: ModelReport) {
  return layers.flatMap(({ outputs }) => outputs).filter(({ name }) => name !== '');
}

const isUnknown = ({ shape }: ReturnType<typeof listValues>[number]) =>
  shape === null || shape.some((size) => typeof size !== 'number');

describe('every edge has its shape', () => {
  it('in all kinds of models', () => {
    expect(models.length).toBeGreaterThan(38);
  });

  it.each(models.map((file) => path.relative(root, file)))('%s', async (file) => {
    const values = listValues(await inspectModel(path.join(root, file)));
    expect(values.length).toBeGreaterThan(3);
    expect(values.filter(isUnknown)).toEqual([]);
  });
});

describe('a custom operator', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'headlight-shapes-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('leaves nothing unknown but what it feeds, and the report names it', async () => {
    const step = (opType: string, inputs: string[], output: string, domain = '') => ({
      opType,
      domain,
      name: output,
      inputs,
      outputs: [output],
    });
    const nodes = [
      step('Relu', ['x'], 'before'),
      step('Sharpen', ['before'], 'custom', 'com.example'),
      step('Sigmoid', ['custom'], 'after'),
      step('GlobalAveragePool', ['before'], 'beside'),
      step('Shape', ['custom'], 'shapeOfCustom'),
    ];
    const outputs = ['after', 'beside', 'shapeOfCustom'].map((name) => ({
      name,
      elementType: name.startsWith('shape') ? ('int64' as const) : ('float32' as const),
      shape: null,
    }));
    const inputs = [{ name: 'x', elementType: 'float32' as const, shape: [1, 3, 8, 8] }];
    const file = path.join(folder, 'custom.onnx');
    await writeFile(file, emitWholeModel({ nodes, initializers: [], inputs, outputs }, 17));
    const report = await inspectModel(file);
    const values = listValues(report);
    expect(values.filter(isUnknown).map(({ name }) => name)).toEqual(['custom', 'after', 'shapeOfCustom']);
    expect(values.find(({ name }) => name === 'beside')?.shape).toEqual([1, 3, 1, 1]);
    expect(report.warnings.join()).toMatch(/com\.example.*Sharpen/);
  });
});
