import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyzeModel, bindAnalysis, inspectModel } from '../../src/inspectModel';

const root = path.join(__dirname, '../..');
const demo = (name: string) => path.join(root, 'media/demo', name);
const heads = path.join(root, 'test/fixtures/heads');

interface ExpectedHead {
  kind: string;
  exact: boolean;
  classes: number | null;
  channels: number | null;
  height: number | null;
  width: number | null;
  headParameters: number;
  activation: string | null;
  inputShape: number[];
  featureMapCandidates: { name: string }[];
  logitsCandidates: string[];
}

describe('inspectModel', () => {
  it('counts EfficientNet-Lite0 as an independent count does', async () => {
    const { report, details } = await analyzeModel(demo('efficientnet-lite0.onnx'));
    expect(report.totals).toMatchObject({ nodes: 94, parameters: 4_631_000, macs: 385_187_552, unknownMacs: 0 });
    expect(report.layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(4_631_000);
    expect(report.inputs).toEqual([
      { name: 'image', type: 'float32', shape: ['N', 3, 224, 224], boundShape: [1, 3, 224, 224] },
    ]);
    expect(report.heads[0]).toMatchObject({
      kind: 'gap-linear',
      exact: true,
      reason: null,
      classes: 1000,
      channels: 1280,
      height: 7,
      width: 7,
      parameters: 1_281_000,
    });
    expect(report.heads[0].ratio).toBeCloseTo((1280 * 49 + 1) / 1281, 10);
    expect(details().receptiveField).toMatchObject({ stride: [32, 32] });
    expect(details().layers.map(({ index }) => index)).toEqual(report.layers.map(({ index }) => index));
    expect(report.warnings).toEqual([]);
  });

  it('names what sub-graphs read from around a layer among its inputs, and says what a sequence holds', async () => {
    const variants = JSON.parse(
      readFileSync(path.join(root, 'test/fixtures/operators/variants.json'), 'utf8'),
    ) as readonly { readonly name: string; readonly model: string }[];
    const folder = await mkdtemp(path.join(tmpdir(), 'headlight-captured-'));
    try {
      const file = path.join(folder, 'captured.onnx');
      const model = variants.find(({ name }) => name === 'If on a number')?.model ?? '';
      await writeFile(file, Buffer.from(model, 'base64'));
      const { layers } = await inspectModel(file);
      expect(layers.map(({ opType, inputs }) => [opType, inputs])).toEqual([['If', ['c', 'x']]]);
      const other = variants.find(({ name }) => name === 'sequence of two shapes')?.model ?? '';
      await writeFile(file, Buffer.from(other, 'base64'));
      const types = (await inspectModel(file)).layers.map(({ outputs }) => outputs[0].type);
      expect(types).toEqual(['sequence of float32', 'float32', 'int64', 'float32']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('gives every layer the shapes of its outputs, in an order of execution', async () => {
    const { layers } = await inspectModel(demo('shapes/shapes_mlp.onnx'));
    const known = new Set<string>();
    for (const { inputs, outputs } of layers) {
      const producedLater = inputs.filter(
        (name) => layers.some((layer) => layer.outputs.some((o) => o.name === name)) && !known.has(name),
      );
      expect(producedLater).toEqual([]);
      for (const { name, shape } of outputs) {
        expect(shape?.every((size) => typeof size === 'number')).toBe(true);
        known.add(name);
      }
    }
  });

  it.each(readdirSync(heads).filter((name) => existsSync(path.join(heads, name, 'model.onnx'))))(
    'finds the head of %s',
    async (name) => {
      const expected = JSON.parse(readFileSync(path.join(heads, name, 'expected.json'), 'utf8')) as ExpectedHead;
      const file = path.join(heads, name, 'model.onnx');
      const free = await analyzeModel(file);
      const [input] = free.model.graph.inputs;
      const bound = await bindAnalysis(free, { [input.name]: expected.inputShape });
      const [head] = bound.report.heads;
      const { kind, exact, classes, channels, height, width, activation } = expected;
      expect(head).toMatchObject({ kind, exact, classes, channels, height, width, activation });
      expect(expected.logitsCandidates).toContain(head.logits);
      if (expected.featureMapCandidates.length > 0) {
        expect(expected.featureMapCandidates.map((candidate) => candidate.name)).toContain(head.featureMap);
      }
      expect(head.reason === null).toBe(exact);
    },
  );

  it('names the default that it binds a free height and width to', async () => {
    const file = path.join(heads, 'dynamic_hw/model.onnx');
    const report = await inspectModel(file);
    expect(report.inputs[0].boundShape).toEqual([1, 3, 224, 224]);
    expect(report.warnings.join()).toMatch(/H = 224, W = 224/);
    const bound = await inspectModel(file, { inputShapes: { input: [1, 3, 64, 96] } });
    expect(bound.warnings).toEqual([]);
    expect([bound.heads[0].height, bound.heads[0].width]).toEqual([8, 12]);
  });

  it('shows a model whose weights are missing, and says which file it wants', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'headlight-'));
    const file = path.join(folder, 'external.onnx');
    await copyFile(path.join(root, 'test/fixtures/tensors/tensors.onnx'), file);
    const analysis = await analyzeModel(file);
    expect(analysis.missingData[0]).toMatchObject({ reason: 'missing' });
    expect(analysis.report.warnings.join()).toContain(analysis.missingData[0].location);
    await rm(folder, { recursive: true });
  });

  it('stops when asked to', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(inspectModel(demo('efficientnet-lite0.onnx'), { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
