import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listMapChoices } from '../../../src/cam/mapChoices';
import { parseTargetSpec } from '../../../src/cam/targetSpec';
import { analyzeModel } from '../../../src/inspectModel';
import type { TargetChoice } from '../../../src/protocol/target';
import { isTargetChoice, toTargetText } from '../../../src/protocol/target';
import { saveEmbeddingModel } from './embeddingModel';
import { ModelBuilder } from './modelBuilder';

const segmentation = path.join(__dirname, '../../fixtures/heads/segmentation_nohead/model.onnx');

async function choicesOf(file: string, target: TargetChoice | null = null) {
  const { model, index, inferred, heads } = await analyzeModel(file);
  return listMapChoices(model, index, inferred, heads[0], target);
}

const boxes: TargetChoice[] = [
  { kind: 'box', output: 'out/a:0', channel: 3, left: 1, top: 2, width: 5, height: 4 },
  { kind: 'mask', output: 'out.1', channel: 0, file: '/w/a mask.png' },
  { kind: 'elements', output: 'out', index: [0, 3, null, null] },
  { kind: 'similarity', output: 'embedding', file: '/w/dog.png' },
  { kind: 'similarity', output: null, file: '/w/dog.npy' },
];

describe('targets as text', () => {
  it.each(boxes)('$kind is read back as it was', (target) => {
    expect(parseTargetSpec(toTargetText(target))).toEqual(target);
    expect(isTargetChoice(JSON.parse(JSON.stringify(target)))).toBe(true);
  });

  it('is nothing that another version or another program has saved', () => {
    const [box] = boxes;
    const strange = [null, 'box', {}, { ...box, left: -1 }, { ...box, width: 1.5 }, { ...box, kind: 'circle' }];
    expect(strange.map(isTargetChoice)).toEqual(strange.map(() => false));
    expect(isTargetChoice({ kind: 'elements', output: 'out', index: [0, 'all'] })).toBe(false);
  });
});

describe('what can be explained beside classes', () => {
  it('is a region of an output with rows and columns, where there are no class scores', async () => {
    const { method, targets } = await choicesOf(segmentation);
    expect(method).toBeNull();
    expect(targets.outputs).toEqual([
      { name: 'logits', shape: [1, 10, 64, 96], grid: { channels: 10, rows: 64, columns: 96 } },
    ]);
    const whole = { left: 0, top: 0, width: 96, height: 64 };
    expect(targets.usual?.target).toEqual({ kind: 'box', output: 'logits', channel: 0, ...whole });
    expect(targets.usual?.reason).toMatch(
      /"logits" has rows and columns, so the sum of one of its channels over a box/,
    );
  });

  it('has methods and layers of its own, on the way to the output', async () => {
    const { targets } = await choicesOf(segmentation);
    const choices = await choicesOf(segmentation, targets.usual?.target ?? null);
    expect(choices).toMatchObject({ method: 'hirescam', layerMethod: 'hirescam', layer: '/body/body.8/Relu_output_0' });
    expect(choices.reason).toMatch(/^HiResCAM is used: .* derivative of the target/);
    const refused = choices.methods.filter(({ refusal }) => refusal !== null).map(({ id }) => id);
    expect(refused).toEqual(['cam', 'rollout']);
    expect(choices.targets.usual).toBeNull();
    const hiResCam = choices.methods.find(({ id }) => id === 'hirescam');
    expect(hiResCam?.cost).toBe('One backward pass from the target to the layer.');
  });

  it('is the similarity of embeddings, or one of their elements', async () => {
    const file = saveEmbeddingModel();
    const { targets } = await choicesOf(file);
    expect(targets.embeddings).toEqual([{ name: 'embedding', size: 8 }]);
    expect(targets.usual?.reason).toContain('holds pooled or flattened features, not classes');
    expect(targets.usual?.target).toEqual({ kind: 'elements', output: 'embedding', index: [0, 0] });
    const choices = await choicesOf(file, { kind: 'similarity', output: 'embedding', file: 'dog.png' });
    expect(choices).toMatchObject({ method: 'hirescam', layer: 'features' });
  });

  it('is offered beside classes too, which stay what is explained', async () => {
    const { method, targets } = await choicesOf('media/demo/efficientnet-lite0.onnx');
    expect([method, targets.usual]).toEqual(['cam', null]);
    expect(targets.outputs).toHaveLength(1);
    expect(targets.embeddings[0].size).toBe(1280);
  });
});

describe('what tells an embedding from class scores', () => {
  const reasonOf = async (build: (builder: ModelBuilder, flat: string) => string) => {
    const builder = new ModelBuilder();
    builder.input(['N', 3, 16, 16]);
    const flat = builder.node('Flatten', [builder.node('GlobalAveragePool', [builder.trunk(8)])]);
    builder.output(build(builder, flat));
    return (await choicesOf(builder.save())).targets.usual?.reason ?? null;
  };

  it('is that it has unit length, however that is written', async () => {
    const normalize = (builder: ModelBuilder, vector: string) => {
      const norm = builder.node('ReduceL2', [vector], { axes: [1], keepdims: 1 });
      return builder.node('Div', [vector, builder.node('Clip', [norm, builder.values([], [1e-12])])]);
    };
    expect(await reasonOf((builder, flat) => normalize(builder, builder.gemm(flat, 8, 6)))).toContain('unit length');
    const lp = (builder: ModelBuilder, flat: string) =>
      builder.node('LpNormalization', [builder.gemm(flat, 8, 6)], { axis: 1 });
    expect(await reasonOf(lp)).toContain('unit length');
  });

  it('is not that it is divided by a number, or that a linear layer ends the model', async () => {
    const divide = (builder: ModelBuilder, flat: string) =>
      builder.node('Div', [builder.gemm(flat, 8, 6), builder.values([], [2])]);
    expect(await reasonOf(divide)).toBeNull();
    expect(await reasonOf((builder, flat) => builder.gemm(flat, 8, 1))).toBeNull();
  });
});
