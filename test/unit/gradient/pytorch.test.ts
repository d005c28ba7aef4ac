import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../../src/tensor/npy';
import { extendFile } from './extendModel';
import { loadModel } from './runModel';

/** test/fixtures holds two of the networks; the others lie beside the checkout where they exist. */
const folders = [join(__dirname, '../../fixtures/gradients'), join(__dirname, '../../../../shared/data/gradients')]
  .filter(existsSync)
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));

interface Expected {
  readonly model: string;
  readonly input: string;
  readonly output: string;
  readonly classes: readonly number[];
  readonly targets: readonly { readonly tensor: string; readonly file: string }[];
}

describe('derivatives of a batch of three, each item for a class of its own, equal PyTorch autograd', () => {
  it.each(folders)('%s', async (folder) => {
    const read = (file: string) => readNpy(readFileSync(join(folder, file)));
    const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
    const { classes, targets } = expected;
    const { bytes, gradient } = await extendFile(join(folder, 'model.onnx'), {
      target: { kind: 'class', output: expected.output },
      wrt: targets.map(({ tensor }) => tensor),
    });
    const input = read('input.npy');
    const run = await loadModel(bytes);
    const results = await run({
      [expected.input]: { dims: input.shape, data: input.data },
      [gradient.inputs.classes ?? '']: { dims: [classes.length], data: classes, type: 'int64' },
    });
    targets.forEach(({ tensor, file }, position) => {
      const reference = read(file).data;
      const found = results[gradient.gradients[position]];
      expect(found.length, tensor).toBe(reference.length);
      const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const off = reference.filter((value, index) => !(Math.abs(value - found[index]) <= 1e-5 * largest));
      // Near the image a ReLU or a maximum may decide a near-tie otherwise, which moves single pixels.
      const allowed = tensor === expected.input ? Math.ceil(reference.length / 1000) : 0;
      expect(off.length, `${tensor}: elements that differ by more than 1e-5 of the largest`).toBeLessThanOrEqual(
        allowed,
      );
    });
  });
});
