import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/tensor/tensor';
import { computeRelativeDifference, countUp, explain } from './explain';
import { DEMO, HEAD_FIXTURES, loadTensor } from './fixtures';

/** Stored references and ONNX Runtime add up in different orders. */
const MAP_TOLERANCE = 1e-4;
/** 8-bit values: the reference is the float model's. */
const LOSSY_TOLERANCE = 0.05;

const EXACT = HEAD_FIXTURES.filter((fixture) => fixture.expected.exact).map(
  (fixture) => [fixture.name, fixture] as const,
);

describe.each([
  ['the top classes and those asked for', { topCount: 3 }],
  ['all classes', { allClasses: true }],
] as const)('maps of %s', (_, options) => {
  it.each(EXACT)('add up to the logits and equal the reference: %s', async (_name, { modelPath, expected, tensor }) => {
    const input = tensor('input') as Tensor;
    const [evidence] = (await explain(modelPath, input, countUp(expected.classes), options)).evidence;
    const tolerance = expected.lossy ? LOSSY_TOLERANCE : MAP_TOLERANCE;
    const { data: logits } = tensor('logits_pre_activation') as Tensor;
    const { data: features } = tensor('feature') as Tensor;
    expect(computeRelativeDifference(evidence.logits, logits)).toBeLessThan(tolerance);
    expect(computeRelativeDifference(evidence.featureMap, features)).toBeLessThan(tolerance);
    expect([...evidence.maps].map((map) => map.classIndex).sort((a, b) => a - b)).toEqual(countUp(expected.classes));
    const cam = tensor('cam');
    expect(cam === null).toBe(expected.mapAggregate === null);
    for (const { classIndex, map, certificate } of evidence.maps) {
      expect(certificate).toMatchObject({ holds: true });
      if (!expected.lossy) {
        expect(Math.abs(certificate.residual)).toBeLessThan(1e-5 * Math.max(1, Math.abs(certificate.logit)));
      }
      if (cam !== null) {
        const cells = expected.height * expected.width;
        const reference = cam.data.subarray(classIndex * cells, (classIndex + 1) * cells);
        expect(computeRelativeDifference(map, reference)).toBeLessThan(tolerance);
        expect(certificate.aggregate).toBe(expected.mapAggregate);
        expect(certificate.bias).toBeCloseTo(expected.mapBias?.[classIndex] ?? NaN, expected.lossy ? 3 : 5);
      }
    }
  });

  it.each(EXACT)('have a ledger of channels that adds up too: %s', async (_name, { modelPath, expected, tensor }) => {
    const input = tensor('input') as Tensor;
    const [evidence] = (await explain(modelPath, input, countUp(expected.classes), options)).evidence;
    for (const { certificate, contributions, contributionBias } of evidence.maps) {
      expect(contributions).toHaveLength(expected.channels);
      const sum = contributions.reduce((total, value) => total + value, contributionBias ?? certificate.bias);
      const tolerance = certificate.tolerance ?? 1e-5 * Math.max(1, Math.abs(certificate.logit));
      expect(Math.abs(sum - certificate.logit)).toBeLessThan(tolerance);
    }
  });
});

describe('EfficientNet-Lite0', () => {
  const model = path.join(DEMO, 'efficientnet-lite0.onnx');
  const images = ['chelsea', 'coffee'];

  it.each(images)('draws the maps, contributions and logits of the reference: %s', async (image) => {
    const folder = path.resolve(__dirname, '../../fixtures/lite0', image);
    const load = (name: string) => loadTensor(path.join(folder, `${name}.npy`)) as Tensor;
    const cam = load('cam_exact');
    const contributions = load('contrib');
    const [evidence] = (await explain(model, load('input'), [], { topCount: cam.shape[0] })).evidence;
    expect(computeRelativeDifference(evidence.logits, load('logits').data)).toBeLessThan(MAP_TOLERANCE);
    evidence.maps.forEach(({ map, contributions: ledger, certificate }, index) => {
      expect(computeRelativeDifference(map, cam.data.subarray(index * 49, (index + 1) * 49))).toBeLessThan(
        MAP_TOLERANCE,
      );
      const reference = contributions.data.subarray(index * 1280, (index + 1) * 1280);
      expect(computeRelativeDifference(ledger, reference)).toBeLessThan(MAP_TOLERANCE);
      expect(certificate).toMatchObject({ holds: true });
    });
  });
});

describe('the shapes models', () => {
  const load = (name: string) =>
    loadTensor(path.resolve(__dirname, `../../fixtures/shapes-head/${name}.npy`)) as Tensor;
  const batch = load('input');

  it.each(['shapes_gap', 'shapes_fc', 'shapes_mlp'])(
    'have maps that add up for every image of a batch: %s',
    async (name) => {
      const { evidence } = await explain(path.join(DEMO, 'shapes', `${name}.onnx`), batch, countUp(5));
      expect(evidence).toHaveLength(batch.shape[0]);
      const certificates = evidence.flatMap((image) => image.maps.map((map) => map.certificate));
      expect(certificates).toHaveLength(15);
      expect(certificates.filter((certificate) => !certificate.holds)).toEqual([]);
      expect(new Set(evidence.map((image) => image.logits.join())).size).toBe(evidence.length);
    },
  );

  it.each(['gap', 'fc'])('give the logits that were stored when they were trained: %s', async (head) => {
    const { evidence } = await explain(path.join(DEMO, `shapes/shapes_${head}.onnx`), batch, []);
    const { data } = load(`logits_${head}`);
    evidence.forEach(({ logits }, item) => {
      expect(computeRelativeDifference(logits, data.subarray(item * 5, (item + 1) * 5))).toBeLessThan(MAP_TOLERANCE);
    });
  });

  it('equal the maps stored with the trained GAP model', async () => {
    const { evidence } = await explain(path.join(DEMO, 'shapes/shapes_gap.onnx'), batch, countUp(5));
    const { data } = load('cam_all');
    evidence.forEach(({ maps }, item) => {
      maps.forEach(({ classIndex, map }) => {
        const start = (item * 5 + classIndex) * 64;
        expect(computeRelativeDifference(map, data.subarray(start, start + 64))).toBeLessThan(MAP_TOLERANCE);
      });
    });
  });
});
