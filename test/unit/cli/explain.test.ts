import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments';
import type { ExplainDocument } from '../../../src/cli/explain';
import { UsageError } from '../../../src/cli/usageError';
import { buildServer } from '../inference/buildServer';
import { captureCommand } from './captureCommand';

const shapes = path.join(__dirname, '../../../media/demo/shapes');
const model = path.join(shapes, 'shapes_gap.onnx');

let server: Awaited<ReturnType<typeof buildServer>>;
let folder: string;
beforeAll(async () => {
  server = await buildServer('explain');
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-explain-'));
});
afterAll(async () => {
  await server.remove();
  await rm(folder, { recursive: true });
});

const headlight = (...argv: string[]) => captureCommand(server.path, ['explain', ...argv]);

describe('headlight explain', () => {
  it('saves the model, compares it on an image and prints one JSON document', async () => {
    const out = path.join(folder, 'explained.onnx');
    const image = path.join(shapes, 'images/00_circle.png');
    const { code, stdout } = await headlight(model, '--classes', 'all', '--image', image, '--out', out, '--json');
    const document = JSON.parse(stdout) as ExplainDocument;
    expect(code).toBe(0);
    expect(document).toMatchObject({ schema: 1, file: out, method: 'cam', classes: 'all', weights: 'embed' });
    expect(document.outputs[0]).toMatchObject({ name: 'headlight/maps', elementType: 'float32' });
    expect(document.outputs[0].shape?.slice(1)).toEqual([5, 8, 8]);
    expect(document.verification).toMatchObject({
      input: image,
      holds: true,
      maps: { classes: expect.any(Array) as unknown },
    });
    expect(document.verification.residual).toBeLessThan(1e-5);
  });

  it('prints for people what was compared', async () => {
    const { stdout } = await headlight(model, '--method', 'gradcam', '--out', path.join(folder, 'gradcam.onnx'));
    expect(stdout).toMatch(/gives +headlight\/maps +float32 \w+×1×8×8/);
    expect(stdout).toMatch(/^ {2}time .* × \(measured in turn, medians\)$/m);
  });

  it('refuses to overwrite the model, and writes nothing', async () => {
    const before = await readdir(shapes);
    const { code, stderr } = await headlight(model, '--out', model);
    expect([code, stderr]).toEqual([2, expect.stringContaining('the model itself')]);
    expect(await readdir(shapes)).toEqual(before);
  });

  it.each([
    ['no --out', ['a.onnx']],
    ['other classes', ['a.onnx', '--out', 'b.onnx', '--classes', '3']],
    ['other weights', ['a.onnx', '--out', 'b.onnx', '--weights', 'none']],
    ['two models', ['a.onnx', 'c.onnx', '--out', 'b.onnx']],
  ])('takes %s for wrong usage', (_, argv) => {
    expect(() => parseArguments(['explain', ...argv])).toThrow(UsageError);
  });
});
