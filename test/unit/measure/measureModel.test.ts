import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { InferenceClient } from '../../../src/inference/inferenceClient';
import { analyzeModel } from '../../../src/inspectModel';
import { measureLayers } from '../../../src/measure/measureLayers';
import { hasUnknownShapes, measureShapes, probeShapes } from '../../../src/measure/measureShapes';
import { findReferenceModel } from '../graph/referenceModels';
import { buildServer } from '../inference/buildServer';

const root = join(__dirname, '../../..');
const fixture = (name: string) => join(root, 'test/fixtures/measure', `${name}.onnx`);
const shapesGap = join(root, 'media/demo/shapes/shapes_gap.onnx');
const lite0 = join(root, 'media/demo/efficientnet-lite0.onnx');

let server: Awaited<ReturnType<typeof buildServer>>;
let client: InferenceClient;

beforeAll(async () => {
  server = await buildServer('measure');
  client = new InferenceClient(server.path);
});
afterAll(async () => {
  client.dispose();
  await server.remove();
});

describe('time per layer', () => {
  test.each([
    ['a small classifier', shapesGap],
    ['EfficientNet-Lite0', lite0],
  ])('of %s: every layer runs, the shares add up to 1, the sum is no more than the whole', async (_, path) => {
    const analysis = await analyzeModel(path);
    const told: number[] = [];
    const measurement = await measureLayers(analysis, client, { report: (fraction) => told.push(fraction) });
    const { layers, layersMs, otherMs, totalMs, optimizedMs, runs, threads, machine } = measurement;

    expect(layers.map(({ index }) => index)).toEqual(analysis.report.layers.map(({ index }) => index));
    expect(layers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(layers.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(layersMs, 9);
    expect(layersMs).toBeGreaterThan(0);
    // Medians of layers against the median of whole runs: noise may lift one over the other, but not by half.
    expect(layersMs + otherMs).toBeLessThan(1.5 * totalMs);
    expect(optimizedMs).toBeGreaterThan(0);
    expect(runs).toBeGreaterThanOrEqual(5);
    expect(threads).toBe(client.threads);

    for (const { index, opType } of analysis.report.layers.filter(({ opType: type }) => type === 'Conv')) {
      expect(layers.find((layer) => layer.index === index)?.ms, `${opType} ${index}`).toBeGreaterThan(0);
    }
    expect(machine.flopsPerSecond).toBeGreaterThan(1e8);
    expect(machine.bytesPerSecond).toBeGreaterThan(1e8);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
  });

  test('counts what runs inside a loop once, as the loop', async () => {
    const { layers, otherMs } = await measureLayers(await analyzeModel(fixture('loop')), client);
    expect(layers.map(({ index }) => index)).toEqual([0, 1]);
    expect(layers[1].ms).toBeGreaterThan(layers[0].ms);
    expect(otherMs).toBe(0);
  });

  test('finds the kernels of calls of a function of the model, whose nodes have no names', async () => {
    const { layers } = await measureLayers(await analyzeModel(fixture('function')), client);
    expect(layers.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  test('gives a normalisation that is fused to its convolution', async () => {
    const path = findReferenceModel('heads/gap_dropout_gemm/model.onnx');
    const analysis = await analyzeModel(path ?? '');
    const { layers } = await measureLayers(analysis, client);
    const typeOf = (index: number) => analysis.model.graph.nodes[index].opType;
    const fused = layers.flatMap(({ index, includes }) =>
      includes.map((other) => `${typeOf(other)} in ${typeOf(index)}`),
    );
    expect(fused).toContain('BatchNormalization in Conv');
    expect(fused).toContain('Dropout in Flatten');
  });

  test('can be stopped at any time, leaves no files, and the process serves the next', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'headlight-measure-'));
    ['TMPDIR', 'TEMP'].forEach((name) => vi.stubEnv(name, temporary));
    const analysis = await analyzeModel(shapesGap);
    const controller = new AbortController();
    let created: readonly string[] = [];
    const report = (fraction: number) => {
      if (fraction > 0.4) {
        created = readdirSync(temporary);
        controller.abort();
      }
    };
    const stopped = measureLayers(analysis, client, { signal: controller.signal, report });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    vi.unstubAllEnvs();
    expect([created.length, readdirSync(temporary)]).toEqual([1, []]);
    rmSync(temporary, { recursive: true });
    expect((await measureShapes(analysis, client)).measured).toBe(0);
  });
});

describe('shapes that only a run can tell', () => {
  test('are taken from a run, marked as measured, and costs follow from them', async () => {
    const analysis = await analyzeModel(fixture('nonzero'));
    expect(hasUnknownShapes(analysis)).toBe(true);
    const { analysis: completed, measured, unknown } = await measureShapes(analysis, client);
    // Input is [1, 10] and uniform in [0, 1): all positive.
    const outputs = completed.report.layers.flatMap((layer) => layer.outputs);
    expect(outputs).toEqual([
      { name: 'r', type: 'float32', shape: [1, 10] },
      { name: 'where', type: 'int64', shape: [2, 10], shapeProvenance: 'measured' },
      { name: 'rows', type: 'int64', shape: [10, 2], shapeProvenance: 'measured' },
      { name: 'numbers', type: 'float32', shape: [10, 2], shapeProvenance: 'measured' },
      { name: 'y', type: 'float32', shape: [10, 3], shapeProvenance: 'measured' },
    ]);
    expect([measured, unknown]).toEqual([4, 0]);
    expect(analysis.report.totals.unknownMacs).toBe(1);
    expect(completed.report.totals).toMatchObject({ macs: 60, unknownMacs: 0 });
    expect(hasUnknownShapes(completed)).toBe(false);
  });

  test('are left unknown where there is no tensor', async () => {
    const { analysis, measured, unknown } = await measureShapes(await analyzeModel(fixture('sequence')), client);
    expect([measured, unknown]).toEqual([1, 1]);
    expect(analysis.inferred.facts.get('where')?.shape).toEqual([2, 12]);
  });

  test.each(['shapes/shapes_gap.onnx', 'models/lite0_dynamo_dyn.onnx', 'heads/vit_cls/model.onnx'])(
    'equal those of inference where both know: %s',
    async (name) => {
      const analysis = await analyzeModel(findReferenceModel(name) ?? '');
      const names = analysis.index.order.flatMap(({ outputs }) => outputs).filter((output) => output !== '');
      const shapes = await probeShapes(analysis, client, names);
      expect(shapes.size).toBe(names.length);
      expect([...shapes]).toEqual(names.map((value) => [value, analysis.inferred.facts.get(value)?.shape]));
    },
  );
});
