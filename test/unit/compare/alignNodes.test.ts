import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareAnalyses } from '../../../src/compare/compareAnalyses';
import { indexGraph } from '../../../src/graph/graphIndex';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { GraphNode } from '../../../src/graph/model';
import { createRandom, type ModelBuilder } from '../cam/modelBuilder';
import { buildModel, float32, node } from '../graph/graphBuilder';
import { report } from '../webview/reportBuilder';
import { build, compareFiles } from './compareBuilt';

const root = path.join(__dirname, '../../..');
const file = (name: string) => path.join(root, name);
const pads = [1, 1, 1, 1];
const relu = (model: ModelBuilder, input: string, name?: string) =>
  model.node('Relu', [input], {}, name === undefined ? {} : { name });
const conv = (model: ModelBuilder, input: string, from: number, to: number) => model.conv(input, from, to, 3, pads);
const head = (model: ModelBuilder, input: string, channels: number) =>
  model.gemm(model.node('Flatten', [model.node('GlobalAveragePool', [input])]), channels, 4);

describe('alignment of two graphs', () => {
  it('finds a model equal to itself, weights included', async () => {
    const model = file('media/demo/shapes/shapes_gap.onnx');
    const { lines, report, verdicts } = await compareFiles(model, model);
    expect(lines).toHaveLength(13);
    expect(lines.every((line) => line.startsWith('='))).toBe(true);
    expect(new Set(verdicts)).toEqual(new Set(['equal']));
    expect(report.fields.filter(({ a, b }) => a !== b)).toEqual([]);
  });

  it('aligns a model trained further layer by layer: only weights differ', async () => {
    const { lines, report } = await compareFiles(
      ...(build(
        (model, input) => head(model, relu(model, conv(model, input, 3, 8)), 8),
        (model, input) => {
          model.weight([5]); // moves the seeded numbers on
          return head(model, relu(model, conv(model, input, 3, 8)), 8);
        },
      ) as [string, string]),
    );
    expect(lines).toEqual(['~ Conv', '= Relu', '= GlobalAveragePool', '= Flatten', '~ Gemm']);
    expect(report.layers.flatMap(({ changes }) => changes)).toEqual([]);
  });

  it('aligns a trunk shared by two heads, and shows the pool that one of them lacks', async () => {
    const { lines, report } = await compareFiles(
      file('media/demo/shapes/shapes_gap.onnx'),
      file('media/demo/shapes/shapes_fc.onnx'),
    );
    expect(lines.slice(-4)).toEqual(['= Relu', '- GlobalAveragePool', '~ Flatten', '~ Gemm']);
    expect(lines.slice(0, 9).map((line) => line.slice(2))).toEqual(
      'Conv Relu Conv Relu MaxPool Conv Relu MaxPool Conv'.split(' '),
    );
    expect(report.layers.at(-2)?.changes).toEqual([
      { kind: 'shape', name: 'output', a: 'float32 1×64', b: 'float32 1×4096' },
    ]);
    expect(report.layers.at(-1)?.changes).toMatchObject([{ kind: 'weight', a: 'float32 5×64', b: 'float32 5×4096' }]);
  });

  it('aligns a quantized network with its original: quantization is added, activations that it absorbs are removed', async () => {
    const folder = 'test/fixtures/heads/gap_gemm_qdq';
    const { lines, report } = await compareFiles(file(`${folder}/fp32_original.onnx`), file(`${folder}/model.onnx`));
    expect(lines.filter((line) => !/^\+ (De)?[Qq]uantizeLinear$/.test(line))).toEqual([
      ...['~ Conv', '- Relu', '~ Conv', '- Relu', '~ Conv', '- Relu'],
      ...['= GlobalAveragePool', '= Flatten', '~ Gemm'],
    ]);
    const [first] = report.layers.filter(({ a, b }) => a !== null && b !== null);
    expect(first.changes).toMatchObject([
      { kind: 'weight', a: 'float32 16×3×3×3', b: 'int8 16×3×3×3' },
      { kind: 'weight', a: 'float32 16', b: 'int32 16' },
    ]);
  });

  it('aligns a network with the same whose normalisation is folded into its convolutions', async () => {
    const normalize = (model: ModelBuilder, input: string, channels: number) =>
      model.node('BatchNormalization', [
        input,
        ...[1, 0, 0].map((offset) => model.weight([channels], 0.1, offset)),
        model.weight([channels], 0.1, 1),
      ]);
    const { lines } = await compareFiles(
      ...(build(
        (model, input) => {
          const first = relu(model, normalize(model, conv(model, input, 3, 8), 8));
          return head(model, relu(model, normalize(model, conv(model, first, 8, 8), 8)), 8);
        },
        (model, input) => head(model, relu(model, conv(model, relu(model, conv(model, input, 3, 8)), 8, 8)), 8),
      ) as [string, string]),
    );
    expect(lines.map((line) => line.replace('~', '='))).toEqual([
      ...['= Conv', '- BatchNormalization', '= Relu', '= Conv', '- BatchNormalization', '= Relu'],
      ...['= GlobalAveragePool', '= Flatten', '= Gemm'],
    ]);
  });

  it('finds a layer put in between, although names that count have moved on', async () => {
    const { lines } = await compareFiles(
      ...(build(
        (model, input) => head(model, relu(model, conv(model, relu(model, conv(model, input, 3, 8)), 8, 16)), 16),
        (model, input) => {
          const first = relu(model, conv(model, input, 3, 8));
          return head(model, relu(model, conv(model, relu(model, conv(model, first, 8, 8)), 8, 16)), 16);
        },
      ) as [string, string]),
    );
    expect(lines.map((line) => line.replace('~', '='))).toEqual([
      ...['= Conv', '= Relu', '+ Conv', '+ Relu', '= Conv', '= Relu', '= GlobalAveragePool', '= Flatten', '= Gemm'],
    ]);
  });

  it('aligns nodes that were all renamed', async () => {
    const named = (prefix: string) => (model: ModelBuilder, input: string) => {
      const first = relu(model, conv(model, input, 3, 8), `${prefix}/first`);
      const second = relu(model, conv(model, first, 8, 8), `${prefix}/second`);
      return head(model, model.node('Add', [first, second], {}, { name: `${prefix}/sum` }), 8);
    };
    const { lines, report } = await compareFiles(...(build(named('/a'), named('/b')) as [string, string]));
    expect(new Set(lines.map(([mark]) => mark))).toEqual(new Set(['=']));
    expect(report.layers.every(({ a, b }) => a === b)).toBe(true);
  });

  it('trusts names that tell which of several equal blocks was taken out', async () => {
    const blocks = (kept: readonly number[]) => (model: ModelBuilder, input: string) => {
      let value = conv(model, input, 3, 8);
      for (const block of kept) {
        value = relu(model, value, `/layers/layers.${block}/Relu`);
        value = model.node('Sigmoid', [value], {}, { name: `/layers/layers.${block}/Sigmoid` });
      }
      return head(model, value, 8);
    };
    const { lines, report } = await compareFiles(
      ...(build(blocks([0, 1, 2, 3, 4]), blocks([0, 1, 3, 4])) as [string, string]),
    );
    const removed = report.layers.flatMap(({ a, b }) => (a !== null && b === null ? [report.a.layers[a].name] : []));
    expect(removed).toEqual(['/layers/layers.2/Relu', '/layers/layers.2/Sigmoid']);
    expect(lines.filter((line) => line.startsWith('+'))).toEqual([]);
  });

  it('shows an operator that stands where another stood as one change', async () => {
    const { lines, report } = await compareFiles(
      ...(build(
        (model, input) => head(model, relu(model, conv(model, input, 3, 8)), 8),
        (model, input) => head(model, model.node('Sigmoid', [conv(model, input, 3, 8)]), 8),
      ) as [string, string]),
    );
    expect(lines).toEqual(['= Conv', '~ Relu→Sigmoid', '= GlobalAveragePool', '= Flatten', '= Gemm']);
    expect(report.layers[1].changes).toEqual([{ kind: 'operator', name: 'operator', a: 'Relu', b: 'Sigmoid' }]);
  });

  it('names the attribute that differs, and what follows from it', async () => {
    const strided = (strides: readonly number[]) => (model: ModelBuilder, input: string) =>
      head(model, model.conv(input, 3, 8, 3, pads, strides), 8);
    const { report, lines } = await compareFiles(...(build(strided([1, 1]), strided([2, 2])) as [string, string]));
    expect(lines).toEqual(['~ Conv', '= GlobalAveragePool', '= Flatten', '= Gemm']);
    expect(report.layers[0].changes).toEqual([
      { kind: 'attribute', name: 'strides', a: '[1, 1]', b: '[2, 2]' },
      { kind: 'shape', name: 'output', a: 'float32 1×8×16×16', b: 'float32 1×8×8×8' },
    ]);
  });

  it('takes an attribute that states its default for one left out', async () => {
    const flatten = (attributes: Record<string, number>) => (model: ModelBuilder, input: string) => {
      const weights = [model.weight([4, 3]), model.weight([4])];
      const pooled = model.node('GlobalAveragePool', [input]);
      return model.node('Gemm', [model.node('Flatten', [pooled]), ...weights], { transB: 1, ...attributes });
    };
    const models = build(flatten({}), flatten({ transA: 0, alpha: 1 }), flatten({ alpha: 0.5 }));
    expect((await compareFiles(models[0], models[1])).lines.at(-1)).toBe('= Gemm');
    const { report } = await compareFiles(models[1], models[2]);
    expect(report.layers.at(-1)?.changes).toEqual([{ kind: 'attribute', name: 'alpha', a: '1', b: '0.5' }]);
  });

  it('says when a layer reads another layer than before', async () => {
    const skip = (from: 0 | 1) => (model: ModelBuilder, input: string) => {
      const first = relu(model, conv(model, input, 3, 8));
      const second = model.node('Sigmoid', [first]);
      const third = model.node('Tanh', [second]);
      return head(model, model.node('Add', [third, [first, second][from]]), 8);
    };
    const { report } = await compareFiles(...(build(skip(0), skip(1)) as [string, string]));
    const changed = report.layers.filter(({ changes }) => changes.length > 0);
    expect(changed).toHaveLength(1);
    expect(changed[0].changes).toMatchObject([{ kind: 'input', name: 'input 2' }]);
  });

  it('aligns 20 000 nodes, however much they have in common', () => {
    const random = createRandom(3);
    const operators = ['Relu', 'Sigmoid', 'Tanh', 'Exp', 'Neg', 'Abs'];
    const chain = (count: number, pick: (index: number) => string): Omit<GraphNode, 'index'>[] =>
      Array.from({ length: count }, (_, index) => node(pick(index), `v${index}`, `v${index + 1}`));
    const analyse = (nodes: Omit<GraphNode, 'index'>[]) => {
      const model = buildModel({
        nodes,
        inputs: { v0: [1, 8] },
        outputs: [`v${nodes.length}`],
        stored: { w: float32(8) },
      });
      return { model, index: indexGraph(model.graph), inferred: inferShapes(model), report: report([]) };
    };
    const kinds = Array.from({ length: 20_000 }, () => operators[Math.floor(random() * operators.length)]);
    const edited = kinds.filter((_, index) => index % 1000 !== 500);
    const shuffled = kinds.map(() => operators[Math.floor(random() * operators.length)]);
    const original = analyse(chain(20_000, (index) => kinds[index]));
    const aligned = [edited, shuffled].map((other) => {
      const b = analyse(chain(other.length, (index) => other[index]));
      const { report: found } = compareAnalyses(original, b);
      return found.layers.filter((layer) => layer.a !== null && layer.b !== null).length;
    });
    expect(aligned[0]).toBe(19_980);
    expect(aligned[1]).toBeGreaterThan(8_000);
    // About a second each on an idle machine; a quadratic way would take minutes.
  });
});
