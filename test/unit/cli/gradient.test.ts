import { copyFile, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments';
import type { GradientDocument } from '../../../src/cli/gradient';
import { UsageError } from '../../../src/cli/usageError';
import { readNpy, writeNpy } from '../../../src/tensor/npy';
import { loadModel } from '../gradient/runModel';
import { buildServer } from '../inference/buildServer';
import { captureCommand } from './captureCommand';

const fixture = path.join(__dirname, '../../fixtures/gradients/misc');
const model = path.join(fixture, 'model.onnx');
const input = path.join(fixture, 'input.npy');
const tensors = ['/a/Conv_output_0', '/c/Conv_output_0', 'x'];
const target = ['--output', 'y', '--class', '3,7,1', '--wrt', tensors.slice(0, 2).join(), '--wrt', 'x'];

let server: Awaited<ReturnType<typeof buildServer>>;
let folder: string;
beforeAll(async () => {
  server = await buildServer('gradient');
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-gradient-'));
});
afterAll(async () => {
  await server.remove();
  await rm(folder, { recursive: true });
});

const headlight = (...argv: string[]) => captureCommand(server.path, ['gradient', ...argv]);

async function expectReference(tensor: number, found: ArrayLike<number>): Promise<void> {
  // Of the four tensors of the fixture, gradient_2 belongs to /c/Conv and gradient_3 to the image.
  const reference = readNpy(await readFile(path.join(fixture, `gradient_${[0, 2, 3][tensor]}.npy`))).data;
  const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(found.length).toBe(reference.length);
  reference.forEach((value, index) => {
    expect(Math.abs(value - found[index]), `${tensors[tensor]}[${index}]`).toBeLessThan(1e-5 * largest);
  });
}

describe('headlight gradient', () => {
  it('runs the derivatives of a batch and writes them in the order of --wrt, equal to PyTorch autograd', async () => {
    const values = path.join(folder, 'values/new');
    const { code, stdout, stderr } = await headlight(
      model,
      ...target,
      '--input',
      `x=${input}`,
      '--values',
      values,
      '--json',
    );
    expect([code, stderr]).toEqual([0, '']);
    const document = JSON.parse(stdout) as GradientDocument;
    expect(document).toMatchObject({ schema: 1, output: 'y', classes: [3, 7, 1], file: null });
    expect(document.wrt.map(({ tensor, shape }) => [tensor, shape])).toEqual([
      ['/a/Conv_output_0', [3, 16, 32, 20]],
      ['/c/Conv_output_0', [3, 12, 16, 10]],
      ['x', [3, 3, 61, 61]],
    ]);
    expect((await readdir(values)).sort()).toEqual(['gradient_0.npy', 'gradient_1.npy', 'gradient_2.npy']);
    for (const [position, { file, shape }] of document.wrt.entries()) {
      const written = readNpy(await readFile(file ?? ''));
      expect(written.shape).toEqual(shape);
      await expectReference(position, written.data);
    }
  });

  it('saves a model that any runtime runs as it is, classes included', async () => {
    const file = path.join(folder, 'explained.onnx');
    const { code, stdout } = await headlight(model, ...target, '--out', file, '--json');
    const document = JSON.parse(stdout) as GradientDocument;
    expect([code, document.file, document.wrt[0].file]).toEqual([0, file, null]);
    expect(await readdir(folder)).not.toContain('explained.onnx.part');
    const run = await loadModel(await readFile(file));
    const { data, shape } = readNpy(await readFile(input));
    const results = await run({ x: { dims: shape, data } });
    expect(Object.keys(results)).toEqual(['y', ...document.wrt.map(({ gradient }) => gradient)]);
    for (const [position, { gradient }] of document.wrt.entries()) {
      await expectReference(position, results[gradient]);
    }
  });

  it('prints a line for each tensor to people', async () => {
    const { stdout } = await headlight(model, ...target);
    expect(stdout).toContain('d y[3, 7, 1] / d /a/Conv_output_0  ?×16×32×20  headlight/gradient_0\n');
  });

  it.each([
    ['an output that is not there', ['--output', 'z', '--class', '0', '--wrt', 'x'], 2, 'no value "z"'],
    ['a class that is not there', ['--output', 'y', '--class', '10', '--wrt', 'x'], 2, '10 classes: 0 to 9'],
    ['a tensor after the output', ['--output', '/a/Conv_output_0', '--class', '0', '--wrt', 'y'], 2, '16'],
    ['the model itself as --out', [...target, '--out', model], 2, 'the model itself'],
    ['a folder that is not there as --out', [...target, '--out', '/nowhere/a.onnx'], 2, 'cannot be written'],
    ['an input of another name', [...target, '--input', `image=${input}`, '--values', 'v'], 2, 'inputs are "x"'],
    ['an input file that is not there', [...target, '--input', 'x=none.npy', '--values', 'v'], 1, 'none.npy'],
  ])('refuses %s', async (_, argv, code, sentence) => {
    const result = await headlight(model, ...argv);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(sentence);
  });

  it('refuses another number of classes than items', async () => {
    const { data, shape } = readNpy(await readFile(input));
    const [, ...rest] = shape;
    const file = path.join(folder, 'one.npy');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(file, writeNpy({ data: data.slice(0, data.length / 3), shape: [1, ...rest] }));
    const { code, stderr } = await headlight(model, ...target, '--input', `x=${file}`, '--values', folder);
    expect([code, stderr]).toEqual([2, expect.stringContaining('3 classes for a batch of 1')]);
  });

  it('leaves no file behind when the model cannot be saved', async () => {
    const copy = path.join(folder, 'copy.onnx');
    await copyFile(model, copy);
    const { code } = await headlight(copy, ...target, '--out', copy);
    expect(code).toBe(2);
    expect(await readFile(copy)).toEqual(await readFile(model));
  });
});

describe('the arguments of headlight gradient', () => {
  it('takes lists by commas or by repetition', () => {
    const argv = [
      'gradient',
      'a.onnx',
      '--output',
      'y',
      '--class',
      '3',
      '--class',
      '1,0',
      '--wrt',
      'a,b',
      '--wrt',
      'c',
    ];
    expect(parseArguments(argv)).toEqual({
      command: 'gradient',
      model: 'a.onnx',
      json: false,
      output: 'y',
      classes: [3, 1, 0],
      wrt: ['a', 'b', 'c'],
      out: null,
      inputs: [],
      values: null,
    });
  });

  it.each([
    ['no model', ['--output', 'y', '--class', '0', '--wrt', 'x']],
    ['no class', ['a.onnx', '--output', 'y', '--wrt', 'x']],
    ['a class by name', ['a.onnx', '--output', 'y', '--class', 'tabby', '--wrt', 'x']],
    ['a negative class', ['a.onnx', '--output', 'y', '--class=-1', '--wrt', 'x']],
    ['values without inputs', ['a.onnx', '--output', 'y', '--class', '0', '--wrt', 'x', '--values', 'v']],
    ['inputs without values', ['a.onnx', '--output', 'y', '--class', '0', '--wrt', 'x', '--input', 'x=a.npy']],
  ])('refuses %s', (_, argv) => {
    expect(() => parseArguments(['gradient', ...argv])).toThrow(UsageError);
  });
});
