import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { InferenceClient } from '../../../src/inference/inferenceClient';
import type { Preprocessing } from '../../../src/protocol/preprocessing';
import { buildServer } from './buildServer';

const root = join(__dirname, '../../..');
const shapesGap = join(root, 'media/demo/shapes/shapes_gap.onnx');
const small: Preprocessing = {
  ...{ height: 32, width: 32, fit: 'stretch', cropFraction: 1, padValue: 0, interpolation: 'pil-bilinear' },
  ...{ layout: 'NCHW', channelOrder: 'RGB', scale: 1, mean: [0, 0, 0], std: [1, 1, 1], applyOrientation: true },
};

let server: Awaited<ReturnType<typeof buildServer>>;
let folder: string;
let client: InferenceClient;

beforeAll(async () => {
  server = await buildServer('kept');
  folder = mkdtempSync(join(tmpdir(), 'headlight-kept-'));
});
beforeEach(() => (client = new InferenceClient(server.path)));
afterEach(() => client.dispose());
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.remove();
});

describe('what the inference process has already', () => {
  it('sends an array that is fed again once, and anew after a failure, another one or a new process', async () => {
    const model = await client.loadModel({ path: shapesGap });
    const read = async (data: Float32Array, isReused: boolean, dims: readonly number[] = [1, 3, 64, 64]) => {
      const feeds = { [model.inputNames[0]]: { elementType: 'float32', dims, data, isReused } as const };
      const { outputs } = await client.run(model, { feeds, fetches: model.outputNames });
      return [...(outputs[model.outputNames[0]].data as Float32Array)];
    };
    const [one, other] = [0.3, 0.8].map((value) => new Float32Array(3 * 64 * 64).fill(value));
    const [wanted, wantedOther] = [await read(one, false), await read(other, false)];
    expect(wanted).not.toEqual(wantedOther);
    expect(await read(one, true)).toEqual(wanted);
    // What the process has is what it had when it was told to keep it.
    const kept = one.slice();
    one.fill(0.8);
    expect(await read(one, true)).toEqual(wanted);
    one.set(kept);
    await expect(read(other, true, [1, 64, 64, 3])).rejects.toMatchObject({ code: 'inferenceFailed' });
    expect(await read(one, true)).toEqual(wanted);
    expect(await read(other, true)).toEqual(wantedOther);
    process.kill(client.pid!, 'SIGKILL');
    await vi.waitFor(() => expect(client.pid).toBeNull(), { timeout: 20_000 });
    expect(await read(other, true)).toEqual(wantedOther);
    expect(await read(one, true)).toEqual(wanted);
  });

  it('reads an image again only when its file has changed', async () => {
    const image = join(folder, 'picture.png');
    copyFileSync(join(root, 'media/demo/images/chelsea.png'), image);
    const first = await client.prepareImage({ image, preprocessing: small });
    expect((await client.prepareImage({ image, preprocessing: small })).tensor).toBe(first.tensor);
    const wide = await client.prepareImage({ image, preprocessing: { ...small, width: 64 } });
    expect(wide.tensor.shape).toEqual([1, 3, 32, 64]);
    copyFileSync(join(root, 'media/demo/images/coffee.png'), image);
    const changed = await client.prepareImage({ image, preprocessing: small });
    expect(changed.tensor.data).not.toEqual(first.tensor.data);
    rmSync(image);
    await expect(client.prepareImage({ image, preprocessing: small })).rejects.toThrow(image);
  });
});
