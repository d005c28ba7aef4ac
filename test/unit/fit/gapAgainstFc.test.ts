import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractFeatures } from '../../../src/extractFeatures';
import type { Dataset } from '../../../src/fit/dataset';
import { DEFAULT_FIT, fitHeads } from '../../../src/fitHead';
import { readPreprocessing } from '../../../src/image/modelSettings';
import { InferenceClient } from '../../../src/inference/inferenceClient';
import { analyzeModel } from '../../../src/inspectModel';
import type { HeadFit } from '../../../src/protocol/headFit';
import { buildServer } from '../inference/buildServer';

/**
 * A global average pooling (GAP) head and a fully connected (FC) head fitted by the product, on shapes anywhere in the
 * picture that neither the trunk nor a head has seen. What this shows and what not: both heads get the same features,
 * those of a trunk that was trained with a GAP head, and few images; only the head is fitted. It is a comparison on this
 * task and this trunk, with few images, where the place of an object says nothing; not a law.
 */
const demo = path.join(__dirname, '../../../media/demo/shapes');
const model = path.join(demo, 'shapes_gap.onnx');
/** All 40 pictures that were held out when the trunk was trained; 10 of them are shipped. */
const held = path.join(__dirname, '../../../../shared/data/shapes/images');
const classes = ['circle', 'square', 'triangle', 'cross', 'star'];
const SEEDS = 10;

let server: Awaited<ReturnType<typeof buildServer>>;
let folder: string;
let client: InferenceClient;
beforeAll(async () => {
  server = await buildServer('gapAgainstFc');
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-gap-fc-'));
  client = new InferenceClient(server.path, { threads: 1 });
});
afterAll(async () => {
  client.dispose();
  await server.remove();
  await rm(folder, { recursive: true });
});

/** NN_CLASS.png. */
async function listShapes(images: string): Promise<Dataset> {
  const names = (await readdir(images)).filter((name) => /^\d+_[a-z]+\.png$/.test(name)).sort();
  const toImage = (name: string) => ({
    path: path.join(images, name),
    classes: [classes.indexOf(name.replace(/^\d+_|\.png$/g, ''))],
  });
  return { classes, isMultiLabel: false, images: names.map(toImage) };
}

/** Half of the images of each class to fit to, half to validate, another half for each seed. */
async function fitOverSeeds(images: string): Promise<{ gap: HeadFit[]; fc: HeadFit[]; count: number }> {
  const dataset = await listShapes(images);
  const analysis = await analyzeModel(model);
  const { inferred, heads } = analysis;
  const subject = { model: analysis.model, boundInputs: inferred.boundInputs, classes: heads[0].classes };
  const { preprocessing } = await readPreprocessing(subject, {});
  const paths = dataset.images.map((image) => image.path);
  const features = await extractFeatures(analysis, client, paths, {
    preprocessing,
    cache: folder,
    isPruned: false,
    withMaps: true,
  });
  const found: { gap: HeadFit[]; fc: HeadFit[] } = { gap: [], fc: [] };
  for (let seed = 0; seed < SEEDS; seed++) {
    const options = { ...DEFAULT_FIT, kinds: ['gap', 'fc'], seed, validationShare: 0.5 } as const;
    const { report } = await fitHeads(client, dataset, features, options);
    report.heads.forEach((fit) => found[fit.kind].push(fit));
  }
  await features.close();
  return { ...found, count: paths.length };
}

const meanOf = (fits: readonly HeadFit[], read: (fit: HeadFit) => number): number =>
  fits.reduce((sum, fit) => sum + read(fit) / fits.length, 0);

function expectGapAhead({ gap, fc }: { gap: readonly HeadFit[]; fc: readonly HeadFit[] }): void {
  expect([gap.length, fc.length]).toEqual([SEEDS, SEEDS]);
  for (const fit of fc) {
    // Perfect on what it was fitted to: it is not a failed fit that does worse on the rest.
    expect([fit.status, fit.train.accuracy]).toEqual(['converged', 1]);
  }
  expect(meanOf(gap, ({ validation }) => validation.accuracy)).toBeGreaterThan(
    meanOf(fc, ({ validation }) => validation.accuracy),
  );
  expect(meanOf(gap, ({ validation }) => validation.loss)).toBeLessThan(
    meanOf(fc, ({ validation }) => validation.loss),
  );
  expect([gap[0].parameters, fc[0].parameters]).toEqual([5 * 65, 5 * (64 * 64 + 1)]);
}

const sets: readonly (readonly [string, string, number])[] = [
  ['one shipped image per class', path.join(demo, 'images'), 10],
  ...(existsSync(held) ? [['four held-out images per class', held, 40] as const] : []),
];

describe('a GAP head against an FC head, both fitted to features of a trunk that was trained with a GAP head', () => {
  it.each(sets)('%s: FC fits them perfectly, GAP is right more often on the others', async (_, images, count) => {
    const found = await fitOverSeeds(images);
    expect(found.count).toBe(count);
    expectGapAhead(found);
  });
});
