import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrawnMethod } from '../../../src/cam/camMethod';
import { findMethod } from '../../../src/cam/methods';
import type { Explainer } from '../../../src/explain/explainer';
import { createExplainer } from '../../../src/explain/explainer';
import { explainLayer } from '../../../src/explainLayer';
import { InferenceClient } from '../../../src/inference/inferenceClient';
import { analyzeModel } from '../../../src/inspectModel';
import type { TargetChoice } from '../../../src/protocol/target';
import { readTarget } from '../../../src/explain/readTarget';
import { buildServer } from '../inference/buildServer';

const fixture = path.join(__dirname, '../../fixtures/heads/segmentation_nohead');
const folder = mkdtempSync(path.join(tmpdir(), 'headlight-'));
/** Of the input's 96×64 pixels, white in the left half. */
const mask = path.join(folder, 'mask.png');

let server: Awaited<ReturnType<typeof buildServer>>;
let client: InferenceClient;
let explainer: Explainer;

beforeAll(async () => {
  server = await buildServer('readTarget');
  client = new InferenceClient(server.path);
  explainer = createExplainer(await analyzeModel(path.join(fixture, 'model.onnx')), client);
  const pixels = Uint8Array.from({ length: 96 * 64 }, (_, pixel) => (pixel % 96 < 48 ? 255 : 0));
  await sharp(pixels, { raw: { width: 96, height: 64, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(mask);
});
afterAll(async () => {
  client.dispose();
  await server.remove();
});

async function draw(choice: TargetChoice) {
  const target = await readTarget(explainer, choice, null);
  const usual = { layer: null, topCount: 0, classes: [], contrast: null, preprocessing: null, target };
  const file = path.join(fixture, 'input.npy');
  return explainLayer(explainer, { id: file, path: file }, { method: findMethod('gradcam') as DrawnMethod, ...usual });
}

describe('a target that is read from a file', () => {
  it('is, as the white of a PNG, what the same box is', async () => {
    const [covered, boxed] = [
      await draw({ kind: 'mask', output: 'logits', channel: 3, file: mask }),
      await draw({ kind: 'box', output: 'logits', channel: 3, left: 0, top: 0, width: 48, height: 64 }),
    ];
    expect(covered.maps[0].value).toBe(boxed.maps[0].value);
    expect(covered.maps[0].map).toEqual(boxed.maps[0].map);
    expect(boxed.maps[0].map.some((value) => value !== 0)).toBe(true);
  });

  it('names the outputs that a picture can be laid over', async () => {
    const wanted =
      /"input" is no output with rows and columns, so mask\.png cannot be laid over it\. There is: "logits"\./;
    await expect(draw({ kind: 'mask', output: 'input', channel: 0, file: mask })).rejects.toThrow(wanted);
  });
});
