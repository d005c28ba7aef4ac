import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLayerExtension } from '../../../src/cam/layerExtension';
import { listMapChoices } from '../../../src/cam/mapChoices';
import { CAM_METHODS } from '../../../src/cam/methods';
import { findSpatialLayers } from '../../../src/cam/findSpatialLayers';
import { analyzeModel, inspectModel } from '../../../src/inspectModel';
import { describeLayerRefusal } from '../../../src/protocol/layerRefusal';

const root = path.join(__dirname, '../../..');

async function choicesOf(file: string) {
  const { model, index, inferred, heads } = await analyzeModel(path.join(root, file));
  return listMapChoices(model, index, inferred, heads[0]);
}

describe('what maps of a model can be drawn with', () => {
  it('begins with the exact map where the head allows it, and says why', async () => {
    const choices = await choicesOf('media/demo/efficientnet-lite0.onnx');
    expect(choices).toMatchObject({ method: 'cam', layer: 'hardtanh_32', layerMethod: 'hirescam' });
    expect(choices.reason).toContain('lets the map add up to the logit exactly');
    expect(choices.methods.map(({ id }) => id)).toEqual(CAM_METHODS.map(({ id }) => id));
    const refused = choices.methods.filter(({ refusal }) => refusal !== null);
    expect(refused.map(({ id }) => id)).toEqual(['rollout']);
    expect(choices.methods.every(({ meaning, cost }) => meaning.endsWith('.') && cost.endsWith('.'))).toBe(true);
  });

  it('lists stages from the logits on, and every layer from the image on', async () => {
    const { stages, layers } = await choicesOf('media/demo/efficientnet-lite0.onnx');
    expect(stages.map(({ height }) => height)).toEqual([7, 14, 28, 56, 112]);
    expect(layers[0]).toMatchObject({ channels: 3, height: 224, width: 224 });
    expect(layers.at(-1)).toEqual({ tensor: 'hardtanh_32', channels: 1280, height: 7, width: 7 });
    const names = layers.map(({ tensor }) => tensor);
    expect(stages.every(({ tensor }) => names.includes(tensor))).toBe(true);
    expect(new Set(names).size).toBe(names.length);
  });

  it('falls back on a method that needs no exact head, and says what stands in the way', async () => {
    const choices = await choicesOf('test/fixtures/heads/mobilenetv3_conv_mlp/model.onnx');
    expect(choices).toMatchObject({ method: 'hirescam', layerMethod: 'hirescam', layer: '/body/body.8/Relu_output_0' });
    expect(choices.reason).toMatch(/^HardSwish .*no map adds up to the logit\. HiResCAM is used instead/);
    const refused = choices.methods.filter(({ refusal }) => refusal !== null);
    expect(refused.map(({ id }) => id)).toContain('cam');
    expect(refused.every(({ refusal }) => refusal?.endsWith('.'))).toBe(true);
  });

  it('has no method for a model without class scores, and gives the reason', async () => {
    const choices = await choicesOf('test/fixtures/heads/segmentation_nohead/model.onnx');
    expect(choices).toMatchObject({ method: null, layerMethod: null });
    expect(choices.reason).not.toBe('');
  });

  it('tells of every other layer why there is no map there, in the words of the refusal itself', async () => {
    const file = path.join(root, 'test/fixtures/heads/se_body_gap_gemm/model.onnx');
    const { model, index, inferred, heads } = await analyzeModel(file);
    const { layers, placeless, end } = await listMapChoices(model, index, inferred, heads[0]);
    const spatial = findSpatialLayers(model, index, inferred, heads[0]);
    const drawn = new Set(layers.map(({ tensor }) => tensor));
    const report = await inspectModel(file);
    const others = report.layers.map(({ outputs }) => outputs[0]).filter(({ name }) => !drawn.has(name));
    expect(others.length).toBeGreaterThan(2);
    for (const { name: tensor, shape } of others) {
      const refusal = describeLayerRefusal({ tensor, shape, isOnPath: placeless.includes(tensor), end });
      expect(() => spatial.find(tensor)).toThrow(`${refusal}. `);
    }
  });

  it.each(['heads/vit_cls', 'heads/gap_gemm_qdq', 'heads/squeezenet_relu_gap', 'gradients/misc'])(
    'refuses what cannot be written, and nothing else: %s',
    async (name) => {
      const { model, index, inferred, heads } = await analyzeModel(path.join(root, `test/fixtures/${name}/model.onnx`));
      const { methods } = await listMapChoices(model, index, inferred, heads[0]);
      for (const method of CAM_METHODS) {
        if (method.kind !== 'exact') {
          let found: string | null = null;
          try {
            const options = { method, layer: null, topCount: 1, isContrast: false };
            createLayerExtension(model, index, inferred, heads[0], options);
          } catch (error) {
            found = (error as Error).message;
          }
          expect(methods.find(({ id }) => id === method.id)?.refusal, method.id).toBe(found);
        }
      }
    },
  );
});
