import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { explainImage } from '../../src/explainImage';
import { readClassifierWeights } from '../../src/explain/readClassifier';
import { readPreprocessing } from '../../src/image/modelSettings';
import { analyzeModel } from '../../src/inspectModel';
import type { ClassMap } from '../../src/protocol/explanation';
import { readNpy } from '../../src/tensor/npy';
import { computeClassMap, readClassifierRow } from '../../webview/cam/evidence';
import { createExplainerOpener } from './explain/openExplainer';

const root = path.join(__dirname, '../..');
const lite0 = path.join(root, 'media/demo/efficientnet-lite0.onnx');
const heads = path.join(root, 'test/fixtures/heads');
const readTensor = (file: string) => readNpy(readFileSync(file));

let explainers: Awaited<ReturnType<typeof createExplainerOpener>>;
beforeAll(async () => {
  explainers = await createExplainerOpener('explainImage');
});
afterAll(() => explainers.close());
const open = (model: string) => explainers.open(model);

const explainTensor = async (model: string, file: string, classes: readonly number[] = []) =>
  explainImage(await open(model), { id: 'input', path: file }, { classes, preprocessing: null });

/** Largest difference over the largest reference value. */
function compare(found: Float32Array, wanted: Float32Array): number {
  expect(found.length).toBe(wanted.length);
  const largest = wanted.reduce((maximum, value) => Math.max(maximum, Math.abs(value)), 0);
  return found.reduce((worst, value, index) => Math.max(worst, Math.abs(value - wanted[index])), 0) / largest;
}

describe('explainImage on EfficientNet-Lite0', () => {
  it.each(['chelsea', 'coffee'])('equals PyTorch on the ready input tensor of %s', async (name) => {
    const reference = path.join(root, 'test/fixtures/lite0', name);
    const explanation = await explainTensor(lite0, path.join(reference, 'input.npy'));
    const logits = readTensor(path.join(reference, 'logits.npy')).data;
    const maps = readTensor(path.join(reference, 'cam_exact.npy')).data;
    const contributions = readTensor(path.join(reference, 'contrib.npy')).data;
    const wantedTop = [...logits.keys()].sort((a, b) => logits[b] - logits[a]).slice(0, 5);
    expect(explanation.top).toEqual(wantedTop);
    expect(compare(explanation.logits, logits)).toBeLessThan(1e-4);
    explanation.maps.forEach((map, index) => {
      expect(map.classIndex).toBe(wantedTop[index]);
      expect(compare(map.map, maps.subarray(index * 49, (index + 1) * 49))).toBeLessThan(1e-4);
      expect(compare(map.contributions, contributions.subarray(index * 1280, (index + 1) * 1280))).toBeLessThan(1e-4);
      expect(map.certificate.holds).toBe(true);
    });
  });

  it('reads a photograph as its sidecar file says, and says where it lies on the input', async () => {
    const explainer = await open(lite0);
    const { model, inferred, heads: found } = explainer.analysis;
    const subject = { model, boundInputs: inferred.boundInputs, classes: found[0].classes };
    const { preprocessing } = await readPreprocessing(subject, {});
    const image = { id: 'cat', path: path.join(root, 'media/demo/images/chelsea.png') };
    const explanation = await explainImage(explainer, image, { classes: [0], preprocessing });
    const logits = readTensor(path.join(root, 'test/fixtures/lite0/chelsea/logits.npy')).data;
    // The image is resized pixel for pixel as PIL does, so what remains is rounding.
    expect(compare(explanation.logits, logits)).toBeLessThan(1e-4);
    expect(explanation).toMatchObject({
      imageId: 'cat',
      placement: { imageWidth: 451, imageHeight: 300, width: 262, height: 262, inputWidth: 224, inputHeight: 224 },
      inputPicture: { width: 224, height: 224 },
      probabilitySource: 'softmaxOfLogits',
    });
    expect(explanation.maps.map(({ classIndex }) => classIndex)).toEqual([...explanation.top, 0]);
  });

  it('gives rows from which the page computes the same maps', async () => {
    const explainer = await open(lite0);
    const rows = await readClassifierWeights(explainer, 32e6);
    const input = { id: 'x', path: path.join(root, 'test/fixtures/lite0/chelsea/input.npy') };
    const { maps } = await explainImage(explainer, input, { classes: [], preprocessing: null });
    expect([rows?.weights.length, rows?.bias.length, rows?.perPosition]).toEqual([1_280_000, 1000, false]);
    for (const { classIndex, weights, certificate } of maps) {
      expect(rows?.weights.slice(classIndex * 1280, (classIndex + 1) * 1280)).toEqual(weights);
      expect(rows?.bias[classIndex]).toBeCloseTo(certificate.bias, 6);
    }
    expect(await readClassifierWeights(explainer, 1e6)).toBeNull();
  });

  it('gives the page as much room for rounding as a quantised head needs, class by class', async () => {
    const folder = path.join(heads, 'gap_gemm_qdq');
    const explainer = await open(path.join(folder, 'model.onnx'));
    const rows = await readClassifierWeights(explainer, 32e6);
    if (rows === null) {
      throw new Error('The head is linear');
    }
    const classes = [...rows.bias.keys()];
    const input = { id: 'x', path: path.join(folder, 'input.npy') };
    const explanation = await explainImage(explainer, input, { classes, preprocessing: null });
    for (const { classIndex, certificate } of explanation.maps) {
      const { weights, bias, slack } = readClassifierRow(rows, classIndex);
      const logit = explanation.logits[classIndex];
      const inPage = computeClassMap(explanation, classIndex, weights, bias, logit, slack).certificate;
      expect(inPage.tolerance).toBeCloseTo(certificate.tolerance ?? 0, 6);
      expect(inPage.residual).toBeCloseTo(certificate.residual, 5);
      expect(inPage.holds).toBe(true);
    }
    // Without it, hardly a class of this model would add up.
    expect(explanation.maps.some(({ certificate }) => Math.abs(certificate.residual) > 1e-3)).toBe(true);
  });
});

describe('explainImage on every spelling of a head', () => {
  const names = readdirSync(heads).filter((name) => existsSync(path.join(heads, name, 'cam.npy')));

  it.each(names)('adds up to the logits of %s', async (name) => {
    const file = (part: string) => path.join(heads, name, part);
    const expected = JSON.parse(readFileSync(file('expected.json'), 'utf8')) as {
      classes: number;
      mapAggregate: string;
      lossy: boolean;
    };
    const classes = Array.from({ length: expected.classes }, (_, index) => index);
    const explanation = await explainTensor(file('model.onnx'), file('input.npy'), classes);
    const wanted = readTensor(file('cam.npy')).data;
    // The reference of a quantised model is the float model it was made from: 2 % is its quantisation error.
    const tolerance = expected.lossy ? 0.02 : 1e-4;
    expect(explanation.aggregate).toBe(expected.mapAggregate);
    const byClass = new Map<number, ClassMap>(explanation.maps.map((map) => [map.classIndex, map]));
    const all = Float32Array.from(classes.flatMap((index) => [...(byClass.get(index)?.map ?? [])]));
    expect(compare(all, wanted)).toBeLessThan(tolerance);
    expect(explanation.maps.every(({ certificate }) => certificate.holds)).toBe(true);
  });

  it('follows an input of another size than the one the analysis assumed', async () => {
    const folder = path.join(heads, 'dynamic_hw');
    const explanation = await explainTensor(path.join(folder, 'model.onnx'), path.join(folder, 'input.npy'));
    expect([explanation.height, explanation.width]).toEqual([8, 12]);
    expect(explanation.featureMap.length).toBe(explanation.channels * 8 * 12);
  });

  it('refuses a model without an exact map in the words of its head', async () => {
    const model = path.join(heads, 'vit_cls/model.onnx');
    const { heads: found } = await analyzeModel(model);
    const explanation = explainTensor(model, path.join(heads, 'vit_cls/input.npy'));
    await expect(explanation).rejects.toMatchObject({ code: 'noHead', message: found[0].reason });
  });
});

describe('explainImage on what is not right', () => {
  it('names an image that is not there and a tensor of several images', async () => {
    const explainer = await open(path.join(root, 'media/demo/shapes/shapes_gap.onnx'));
    const explain = (file: string) =>
      explainImage(explainer, { id: file, path: file }, { classes: [], preprocessing: null });
    await expect(explain('/nowhere/input.npy')).rejects.toMatchObject({ code: 'fileNotFound' });
    await expect(explain(path.join(root, 'test/fixtures/npy/float32.npy'))).rejects.toMatchObject({
      code: 'badInputTensor',
    });
  });

  it('loads the model again after the process was killed, and refuses one that changed', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'headlight-'));
    const file = path.join(folder, 'model.onnx');
    await copyFile(path.join(heads, 'gap_gemm/model.onnx'), file);
    const explainer = await open(file);
    const input = { id: 'x', path: path.join(heads, 'gap_gemm/input.npy') };
    const explain = () => explainImage(explainer, input, { classes: [], preprocessing: null });
    const before = await explain();
    process.kill(explainer.client.pid ?? 0, 'SIGKILL');
    await vi.waitFor(() => expect(explainer.client.pid).toBeNull(), { timeout: 20_000 });
    expect((await explain()).logits).toEqual(before.logits);
    await writeFile(file, 'changed');
    await expect(explain()).rejects.toMatchObject({ code: 'fileChanged' });
    await rm(folder, { recursive: true });
  });
});
