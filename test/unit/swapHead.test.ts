import { readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExplainer } from '../../src/explain/explainer';
import { readPreprocessing } from '../../src/image/modelSettings';
import { resolveLabels } from '../../src/image/resolveLabels';
import { resolvePreprocessing } from '../../src/image/resolvePreprocessing';
import { InferenceClient } from '../../src/inference/inferenceClient';
import { analyzeModel } from '../../src/inspectModel';
import type { SwapOptions } from '../../src/swapHead';
import { proposeSwap, saveSwap } from '../../src/swapHead';
import type { Tensor } from '../../src/tensor/tensor';
import { DEMO, HEAD_FIXTURES, loadTensor } from './cam/fixtures';
import { buildServer } from './inference/buildServer';

interface Agreement {
  readonly images: number;
  readonly top1: number;
  readonly maxAbsLogitDifference: number;
  readonly meanCorrelation: number;
}
interface Expected {
  readonly images: readonly string[];
  readonly project: {
    readonly weights: readonly number[][];
    readonly residual: number;
    readonly agreement: Agreement;
  };
  readonly distill: {
    readonly ridge: number;
    readonly weights: readonly number[][];
    readonly bias: readonly number[];
    readonly agreement: Agreement;
  };
}
const EXPECTED = JSON.parse(
  readFileSync(path.join(__dirname, '../fixtures/head-swap/expected.json'), 'utf8'),
) as Expected;
const SHAPES = path.join(DEMO, 'shapes');

let server: Awaited<ReturnType<typeof buildServer>>;
let client: InferenceClient;
let folder: string;
beforeAll(async () => {
  server = await buildServer('swap-head');
  client = new InferenceClient(server.path, { threads: 1 });
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-swap-'));
});
afterAll(async () => {
  client.dispose();
  await rm(folder, { recursive: true });
  await server.remove();
});

type Choice = Partial<SwapOptions> & Pick<SwapOptions, 'target' | 'method'>;

async function propose(model: string, choice: Choice, inputShapes: Record<string, readonly number[]> = {}) {
  const analysis = await analyzeModel(model, { inputShapes });
  const options = { images: [], preprocessing: null, mapCount: 0, ...choice };
  return { analysis, swap: await proposeSwap(createExplainer(analysis, client), options) };
}

async function swapAndSave(model: string, choice: Choice, name: string, inputShapes = {}): Promise<string> {
  const { analysis, swap } = await propose(model, choice, inputShapes);
  const file = path.join(folder, name);
  await saveSwap({ analysis, client }, swap, file, {});
  return file;
}

async function run(file: string, input: Tensor): Promise<Record<string, readonly number[]>> {
  const { model } = await analyzeModel(file);
  const handle = await client.loadModel({ path: file });
  const feed = { elementType: 'float32', dims: input.shape, data: input.data } as const;
  const fetches = model.graph.outputs.map(({ name }) => name);
  const { outputs } = await client.run(handle, { feeds: { [model.graph.inputs[0].name]: feed }, fetches });
  await client.releaseModel(handle);
  return Object.fromEntries(fetches.map((name) => [name, Array.from(outputs[name].data as Float32Array)]));
}

function largestDifference(one: readonly number[], other: readonly number[]): number {
  expect(one.length).toBe(other.length);
  return Math.max(...one.map((value, index) => Math.abs(value - other[index])));
}

const LINEAR_GAP = ['gap-linear', 'linear-gap', 'token-gap-linear', 'density-sum'];
const RECTIFIED = ['squeezenet_relu_gap', 'density_sum'];
const POOLED = HEAD_FIXTURES.filter(
  ({ name, expected }) => expected.exact && LINEAR_GAP.includes(expected.kind) && !RECTIFIED.includes(name),
);

describe('GAP → FC → GAP', () => {
  it('covers the spellings of pooled heads', () => {
    const names = POOLED.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['gap_gemm', 'nin_conv1x1_gap', 'gap_gemm_qdq', 'two_outputs']));
    expect(names.length).toBeGreaterThan(15);
  });

  it.each(POOLED)('gives the outputs of the original again from the saved files: $name', async (fixture) => {
    const input = fixture.tensor('input')!;
    const inputShapes = { [(await analyzeModel(fixture.modelPath)).model.graph.inputs[0].name]: input.shape };
    const fc = await swapAndSave(
      fixture.modelPath,
      { target: 'fc', method: 'tie' },
      `${fixture.name}_fc.onnx`,
      inputShapes,
    );
    const gap = await swapAndSave(fc, { target: 'gap', method: 'project' }, `${fixture.name}_gap.onnx`);
    const original = await run(fixture.modelPath, input);
    // Quantised heads round their logits to steps; the float heads made of them do not.
    const tolerance = fixture.expected.lossy ? 0.05 : 1e-5;
    for (const outputs of [await run(fc, input), await run(gap, input)]) {
      expect(Object.keys(outputs)).toEqual(Object.keys(original));
      for (const [name, values] of Object.entries(outputs)) {
        expect(largestDifference(values, original[name])).toBeLessThan(tolerance);
      }
    }
    const [before, between, after] = await Promise.all([fixture.modelPath, fc, gap].map((file) => analyzeModel(file)));
    expect(between.heads[0].kind).toBe('flatten-fc');
    expect(after.heads[0]).toMatchObject({ exact: true, activation: before.heads[0].activation });
    expect(after.model.graph.outputs.map(({ name, shape }) => ({ name, rank: shape?.length }))).toEqual(
      before.model.graph.outputs.map(({ name, shape }) => ({ name, rank: shape?.length })),
    );
  });

  it('holds for EfficientNet-Lite0, whose file then holds the 48.96-fold head', async () => {
    const model = path.join(DEMO, 'efficientnet-lite0.onnx');
    const reference = path.join(__dirname, '../fixtures/lite0/chelsea');
    const input = loadTensor(path.join(reference, 'input.npy'))!;
    const logits = [...loadTensor(path.join(reference, 'logits.npy'))!.data];
    const fc = await swapAndSave(model, { target: 'fc', method: 'tie' }, 'lite0_fc.onnx');
    const gap = await swapAndSave(fc, { target: 'gap', method: 'project' }, 'lite0_gap.onnx');
    expect(largestDifference((await run(fc, input))['logits'], logits)).toBeLessThan(1e-4);
    expect(largestDifference((await run(gap, input))['logits'], (await run(model, input))['logits'])).toBeLessThan(
      1e-5,
    );
    const [{ report }, made] = [await analyzeModel(fc), await analyzeModel(gap)];
    expect(report.heads[0].parameters).toBe(62_721_000);
    const original = (await analyzeModel(model)).report;
    expect(made.report.totals.parameters).toBe(original.totals.parameters);
    expect(Math.abs(made.report.file.sizeBytes / original.file.sizeBytes - 1)).toBeLessThan(0.01);
    await Promise.all([fc, gap].map((file) => rm(file)));
  });
});

describe('FC → GAP on the shapes model', () => {
  const model = path.join(SHAPES, 'shapes_fc.onnx');
  const images = EXPECTED.images.map((name) => path.join(SHAPES, 'images', name));

  async function choose(choice: Choice) {
    const { model: read, inferred, heads } = await analyzeModel(model);
    const subject = { model: read, boundInputs: inferred.boundInputs, classes: heads[0].classes };
    const { preprocessing } = await readPreprocessing(subject, {});
    return propose(model, { images, preprocessing, mapCount: 3, ...choice });
  }

  function expectAgreement(found: unknown, expected: Agreement): void {
    const agreement = found as Agreement;
    expect(agreement.images).toBe(expected.images);
    expect(agreement.top1).toBeCloseTo(expected.top1, 12);
    expect(agreement.maxAbsLogitDifference).toBeCloseTo(expected.maxAbsLogitDifference, 3);
    expect(agreement.meanCorrelation).toBeCloseTo(expected.meanCorrelation, 4);
  }

  it('projects as NumPy does: weights, residual and agreement on the images', async () => {
    const { proposal, replacement } = (await choose({ target: 'gap', method: 'project' })).swap;
    expect(proposal.residual).toBeCloseTo(EXPECTED.project.residual, 6);
    expect(largestDifference([...replacement.weights], EXPECTED.project.weights.flat())).toBeLessThan(1e-6);
    expectAgreement(proposal.agreement, EXPECTED.project.agreement);
    expect(proposal).toMatchObject({
      before: { kind: 'flatten-fc', parameters: 20_485, bytes: 81_940, macs: 20_480 },
      after: { kind: 'gap-linear', parameters: 325, bytes: 1300, macs: 320 },
      agreement: { provenance: 'measured' },
    });
  });

  it("distils as scikit-learn's ridge does, and judges each image by a head that has not seen it", async () => {
    const { proposal, replacement } = (await choose({ target: 'gap', method: 'distill' })).swap;
    expect(proposal.ridge! / EXPECTED.distill.ridge).toBeCloseTo(1, 4);
    expect(largestDifference([...replacement.weights], EXPECTED.distill.weights.flat())).toBeLessThan(1e-3);
    expect(largestDifference([...replacement.bias], EXPECTED.distill.bias)).toBeLessThan(1e-3);
    expectAgreement(proposal.agreement, EXPECTED.distill.agreement);
    expect(proposal.agreement?.provenance).toBe('estimated');
    expect(proposal.notes.join()).toContain('10 images');
  });

  it('lists the worst images first, with maps of both heads that add up to their logits', async () => {
    const { proposal, maps } = (await choose({ target: 'gap', method: 'project' })).swap;
    const changed = proposal.images.map(({ top1Before, top1After }) => Number(top1Before !== top1After));
    expect(changed).toEqual([...changed].sort((one, other) => other - one));
    expect(proposal.images).toHaveLength(10);
    expect(maps.map(({ image }) => image)).toEqual(proposal.images.slice(0, 3).map(({ image }) => image));
    for (const [index, { classIndex, before, after }] of maps.entries()) {
      const mean = (map: Float32Array) => map.reduce((sum, value) => sum + value, 0) / map.length;
      const { top1Before, maxAbsLogitDifference } = proposal.images[index];
      expect(classIndex).toBe(top1Before);
      expect(before).toHaveLength(64);
      // Both heads have the same bias, so the means differ as the logits of the class do.
      const difference = Math.abs(mean(after) - mean(before));
      expect(difference).toBeLessThanOrEqual(maxAbsLogitDifference + 1e-4);
      expect(difference).toBeGreaterThan(0.1);
    }
  });

  it('saves labels, preprocessing and where the head comes from', async () => {
    const { analysis, swap } = await choose({ target: 'gap', method: 'project' });
    const labels = ['circle', 'square', 'triangle', 'cross', 'star'];
    const subject = { model: analysis.model, boundInputs: analysis.inferred.boundInputs, classes: 5 };
    const { preprocessing } = await readPreprocessing(subject, {});
    const file = path.join(folder, 'with_metadata.onnx');
    await saveSwap({ analysis, client }, swap, file, { labels, preprocessing });
    const saved = (await analyzeModel(file)).model;
    expect(await resolveLabels({ model: saved, classes: 5 })).toMatchObject({ labels, source: 'metadata' });
    expect(resolvePreprocessing({ model: saved })).toMatchObject({ preprocessing, source: 'metadata' });
    expect(JSON.parse(saved.metadata.get('headlight.head') ?? '')).toMatchObject({
      source: 'shapes_fc.onnx',
      method: 'project',
      from: 'flatten-fc',
      to: 'gap-linear',
    });
  });

  it('distils a head with hidden layers, which has no projection', async () => {
    const mlp = path.join(SHAPES, 'shapes_mlp.onnx');
    await expect(propose(mlp, { target: 'gap', method: 'project' })).rejects.toMatchObject({
      code: 'notExact',
      message: expect.stringContaining('distill') as unknown,
    });
    const read = await analyzeModel(mlp);
    const subject = { model: read.model, boundInputs: read.inferred.boundInputs, classes: 5 };
    const { preprocessing } = await readPreprocessing(subject, {});
    const { swap } = await propose(mlp, { target: 'gap', method: 'distill', images, preprocessing });
    expect(swap.proposal).toMatchObject({
      residual: null,
      before: { parameters: 525_061 },
      after: { parameters: 325 },
    });
  });
});

describe('a swap that cannot be', () => {
  const gap = path.join(SHAPES, 'shapes_gap.onnx');
  const fixture = (name: string) => HEAD_FIXTURES.find((each) => each.name === name)!.modelPath;
  it.each([
    ['to what the head is already', gap, { target: 'gap', method: 'project' }, 'badArgument'],
    ['to fc by another way than the exact one', gap, { target: 'fc', method: 'distill' }, 'badArgument'],
    ['to fc from hidden layers', fixture('flatten_mlp_vgg'), { target: 'fc', method: 'tie' }, 'notExact'],
    ['to fc from a head with a rectifier', fixture('squeezenet_relu_gap'), { target: 'fc', method: 'tie' }, 'notExact'],
    ['to fc from average and maximum', fixture('gap_gmp_concat'), { target: 'fc', method: 'tie' }, 'notExact'],
    [
      'distilling without images',
      path.join(SHAPES, 'shapes_fc.onnx'),
      { target: 'gap', method: 'distill' },
      'badArgument',
    ],
    ['of a model without a head', fixture('segmentation_nohead'), { target: 'gap', method: 'project' }, 'noHead'],
    ['of a head that is not there', gap, { target: 'fc', method: 'tie', headIndex: 3 }, 'badArgument'],
  ] as const)('says so: %s', async (_, model, choice, code) => {
    await expect(propose(model, choice)).rejects.toMatchObject({ code });
  });

  it('never writes over the original, and leaves nothing behind when it fails', async () => {
    const home = path.join(folder, 'home');
    await mkdir(home);
    const model = path.join(home, 'model.onnx');
    await copyFile(gap, model);
    const { analysis, swap } = await propose(model, { target: 'fc', method: 'tie' });
    await expect(saveSwap({ analysis, client }, swap, model, {})).rejects.toMatchObject({ code: 'badArgument' });
    const wrong = { ...swap, replacement: { ...swap.replacement, bias: new Float32Array(4) } };
    const there = path.join(home, 'new.onnx');
    await expect(saveSwap({ analysis, client }, wrong, there, {})).rejects.toMatchObject({ code: 'badArgument' });
    const nowhere = path.join(home, 'missing', 'new.onnx');
    await expect(saveSwap({ analysis, client }, swap, nowhere, {})).rejects.toMatchObject({ code: 'badArgument' });
    const cancelled = saveSwap({ analysis, client }, swap, there, { signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(home)).toEqual(['model.onnx']);
    expect(await readFile(model)).toEqual(await readFile(gap));
  });

  it('goes on past an image that cannot be read, and names it', async () => {
    const bad = path.join(folder, 'broken.npy');
    await copyFile(gap, bad);
    const good = path.join(__dirname, '../fixtures/heads/gap_gemm/input.npy');
    const { swap } = await propose(fixture('gap_gemm'), { target: 'fc', method: 'tie', images: [bad, good] });
    expect(swap.proposal.errors).toMatchObject([{ image: bad, code: 'badInputTensor' }]);
    expect(swap.proposal.agreement).toMatchObject({ images: 1, top1: 1 });
    await expect(propose(fixture('gap_gemm'), { target: 'fc', method: 'tie', images: [bad] })).rejects.toMatchObject({
      code: 'badInputTensor',
    });
  });
});
