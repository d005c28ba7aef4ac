import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspectModel';
import { describeTiedClasses } from '../../../src/protocol/tiedClasses';

const root = path.join(__dirname, '../../..');
const readReport = (file: string) => inspectModel(path.join(root, file));

describe('classes with the same logit', () => {
  it('are said to be, with the cause: weights that nodes make', async () => {
    const report = await readReport('test/fixtures/light/light_squeezenet.onnx');
    const text = describeTiedClasses(Float32Array.of(8.1e9, 8.1e9, 8.1e9), report);
    expect(text).toMatch(/^All 3 classes have the same logit/);
    expect(text).toContain('made by ConstantOfShape nodes');
  });

  it('are said to be of a model with weights of its own', async () => {
    const report = await readReport('media/demo/shapes/shapes_gap.onnx');
    const text = describeTiedClasses(new Float32Array(5), report);
    expect(text).toContain('may never have been trained');
    expect(describeTiedClasses(Float32Array.of(1, 1 + 2e-7), report)).not.toBeNull();
    expect(describeTiedClasses(Float32Array.of(1, 1.00001), report)).toBeNull();
    expect(describeTiedClasses(Float32Array.of(1, NaN), report)).toBeNull();
    expect(describeTiedClasses(Float32Array.of(1), report)).toBeNull();
    expect(describeTiedClasses(new Float32Array(), report)).toBeNull();
  });
});
