import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { InferenceClient } from '../../../src/inference/inferenceClient';
import type { ModelSource } from '../../../src/inference/messages';
import { emitThinModel } from '../../../src/onnx/emitModel';
import { readModel } from '../../../src/onnx/readModel';
import { readNpy } from '../../../src/tensor/npy';
import { buildServer } from './buildServer';

const root = join(__dirname, '../../..');
const lite0 = join(root, 'media/demo/efficientnet-lite0.onnx');

let server: Awaited<ReturnType<typeof buildServer>>;
let folder: string;
let client: InferenceClient;

beforeAll(async () => {
  server = await buildServer('thin');
  folder = mkdtempSync(join(tmpdir(), 'headlight-thin-'));
  client = new InferenceClient(server.path);
});
afterEach(() => client.dispose());
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.remove();
});

async function toThinSource(path: string): Promise<ModelSource & { bytes: Uint8Array }> {
  const model = await readModel(path);
  return { path, bytes: await emitThinModel(model), stamp: model };
}

describe('a thin model, whose weights stay in the file', () => {
  it('gives the same logits, bit for bit, also from a folder behind a link with blanks and accents in its name', async () => {
    const real = join(folder, 'modèles à moi');
    const link = join(folder, 'link');
    mkdirSync(real);
    symlinkSync(real, link);
    copyFileSync(lite0, join(real, 'réseau.onnx'));
    const source = await toThinSource(join(link, 'réseau.onnx'));
    expect(source.bytes.length).toBeLessThan(200_000);

    const { data, shape } = readNpy(readFileSync(join(root, 'test/fixtures/lite0/coffee/input.npy')));
    const logits: Buffer[] = [];
    for (const one of [{ path: lite0 }, source]) {
      const model = await client.loadModel(one);
      const feeds = { [model.inputNames[0]]: { elementType: 'float32', dims: shape, data } } as const;
      const { outputs } = await client.run(model, { feeds, fetches: model.outputNames });
      logits.push(Buffer.from((outputs[model.outputNames[0]].data as Float32Array).buffer));
    }
    expect(logits[1].equals(logits[0])).toBe(true);
  });
});
