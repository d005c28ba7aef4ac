import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectHeads } from '../../../src/analysis/heads/detectHeads';
import { explainBlankMap } from '../../../src/cam/describeMap';
import { listStages as listLayerStages } from '../../../src/cam/layerStages';
import type { SpatialLayer } from '../../../src/cam/spatialLayer';
import { findSpatialLayers } from '../../../src/cam/findSpatialLayers';
import type { GraphNode } from '../../../src/graph/model';
import { indexGraph } from '../../../src/graph/graphIndex';
import { inferShapes } from '../../../src/graph/inferShapes';
import { readModel } from '../../../src/onnx/readModel';

const fixtures = path.join(__dirname, '../../fixtures');
const demo = path.join(__dirname, '../../../media/demo');

async function layersOf(file: string) {
  const model = await readModel(file);
  const [index, inferred] = [indexGraph(model.graph), inferShapes(model)];
  return findSpatialLayers(model, index, inferred, detectHeads(model, index, inferred)[0]);
}

const listStages = async (file: string) =>
  (await layersOf(file)).stages.map(({ tensor, channels, height, width }) => [tensor, channels, height, width]);

const node = (opType: string, inputs: string[], output: string): GraphNode => ({
  ...{ index: 0, opType, inputs, outputs: [output], attributes: new Map() },
  ...{ name: output, domain: '' },
});
const layer = (tensor: string, height: number, width: number, axes: SpatialLayer['axes']): SpatialLayer => ({
  ...{ tensor, elementType: 'float32', channels: 4, height, width, axes },
});

describe('the layers of a model', () => {
  it('are listed by stage, each with the last map that everything passes through', async () => {
    expect(await listStages(path.join(demo, 'efficientnet-lite0.onnx'))).toEqual([
      ['hardtanh_32', 1280, 7, 7],
      ['hardtanh_22', 672, 14, 14],
      ['hardtanh_10', 240, 28, 28],
      ['hardtanh_6', 144, 56, 56],
      ['hardtanh_2', 96, 112, 112],
    ]);
    const resnet = await listStages(path.join(fixtures, 'light/light_resnet50.onnx'));
    expect(resnet.map(([, ...sizes]) => sizes)).toEqual([
      [2048, 7, 7],
      [1024, 14, 14],
      [512, 28, 28],
      [256, 56, 56],
      [64, 112, 112],
    ]);
  });

  it('begin with the map that the head reads, where class maps come after it', async () => {
    const { usual, stages } = await layersOf(path.join(fixtures, 'light/light_squeezenet.onnx'));
    expect([usual?.tensor, stages[0].tensor, usual?.channels]).toEqual(['r60', 'r60', 512]);
  });

  it('are the normalised tokens that the last attention reads where a class token alone is read after it', async () => {
    const { usual } = await layersOf(path.join(fixtures, 'heads/vit_cls/model.onnx'));
    const tensor = '/b2/n1/LayerNormalization_output_0';
    expect(usual).toMatchObject({ tensor, channels: 32, height: 8, width: 8 });
  });

  it('are the tokens before and within the blocks of a shallow transformer, and its patches', async () => {
    const stages = await listStages(path.join(fixtures, 'heads/vit_cls/model.onnx'));
    expect(stages.map(([tensor]) => tensor)).toEqual([
      ...['/b2/n1/LayerNormalization_output_0', '/b1/Add_output_0', '/Add_output_0', '/patch/Conv_output_0'],
    ]);
    const { stages: places } = await layersOf(path.join(fixtures, 'heads/vit_cls/model.onnx'));
    expect(places.map(({ place }) => place)).toEqual(['after 1 block', 'in block 1', 'tokens', 'patches']);
    const one = await listStages(path.join(fixtures, 'gradients/vit-ish/model.onnx'));
    expect(one.map(([tensor]) => tensor)).toEqual(['/ln/LayerNormalization_output_0', '/c/Conv_output_0']);
  });

  it('are five of the blocks of a deep transformer, the last and the first among them', () => {
    const path = [node('MatMul', ['image'], 'tokens0')];
    for (let block = 0; block < 12; block++) {
      const [before, after] = [`tokens${block}`, `tokens${block + 1}`];
      path.push(node('Softmax', [before], `attention${block}`), node('Add', [before, `attention${block}`], after));
    }
    path.push(node('Slice', ['tokens12'], 'logits'));
    const tokens = { kind: 'tokens', axis: 1, rows: 14, columns: 14, offset: 1 } as const;
    const describeTokens = (tensor: string): SpatialLayer | null =>
      tensor.startsWith('tokens') ? layer(tensor, 14, 14, tokens) : null;
    const found = listLayerStages(path, 'logits', describeTokens, null);
    expect(found.map(({ tensor }) => tensor)).toEqual(['tokens11', 'tokens8', 'tokens5', 'tokens3', 'tokens0']);
    expect([found[0].place, found[4].place]).toEqual(['after 11 blocks', 'tokens']);
  });

  it('are of whole images where attention works in shifted windows, which are not listed (Swin)', () => {
    const path = [
      node('Conv', ['image'], 'patches'),
      node('Slice', ['patches'], 'top'),
      node('Slice', ['patches'], 'bottom'),
      node('Concat', ['bottom', 'top'], 'rolled'),
      node('MatMul', ['rolled'], 'window'),
      node('Softmax', ['window'], 'attention'),
      node('MatMul', ['attention'], 'mixed'),
      node('Add', ['patches', 'mixed'], 'sum'),
      node('Pad', ['sum'], 'padded'),
      node('ReduceMean', ['padded'], 'logits'),
    ];
    const grid = { kind: 'grid', row: 2, column: 3 } as const;
    const sizes: Readonly<Record<string, number>> = { patches: 8, top: 5, bottom: 3, rolled: 8, sum: 8, padded: 8 };
    const describeWindows = (tensor: string): SpatialLayer | null => {
      const isWindow = tensor === 'window' || tensor === 'mixed';
      const tokens = { kind: 'tokens', axis: 1, rows: 8, columns: 8, offset: 0 } as const;
      return isWindow ? layer(tensor, 8, 8, tokens) : tensor in sizes ? layer(tensor, sizes[tensor], 8, grid) : null;
    };
    const found = listLayerStages(path, 'logits', describeWindows, null);
    expect(found.map(({ tensor, height }) => [tensor, height])).toEqual([['sum', 8]]);
  });

  it.each([
    ['nowhere', /has no tensor "nowhere"/],
    ['logits', /"logits" \[1, 5\] has no rows and columns/],
    ['head.2.weight', /does not lie between the image and the logits/],
  ])('are named when another one is asked for: %s', async (tensor, message) => {
    const layers = await layersOf(path.join(demo, 'shapes/shapes_gap.onnx'));
    expect(() => layers.find(tensor)).toThrow(message);
    expect(() => layers.find(tensor)).toThrow(
      /The last maps of its stages are: "\/body\/body\.13\/Relu_output_0" \(8×8\), /,
    );
  });

  it('can be the image itself', async () => {
    const layers = await layersOf(path.join(demo, 'shapes/shapes_gap.onnx'));
    expect(layers.find('image')).toMatchObject({ channels: 3, height: 64, width: 64 });
  });
});

describe('a map that shows nothing', () => {
  it.each([
    ['0 everywhere', [0, 0, -0], /0 everywhere.*earlier layer/],
    ['the same everywhere', [2, 2, 2], /the same everywhere/],
    ['negative everywhere', [-1, -2, 0], /everything against it.*signed map/],
    ['not finite', [1, NaN, 2], /not finite/],
  ])('says why: %s', (_, values, message) => {
    expect(explainBlankMap(Float32Array.from(values))).toMatch(message);
  });

  it('is one that is hardly more than rounding next to what it explains', () => {
    const map = Float32Array.of(-3e-7, 1e-7);
    expect(explainBlankMap(map, -2)).toMatch(/hardly more than rounding.*normalisation/);
    expect(explainBlankMap(map, 0.01)).toBeNull();
    expect(explainBlankMap(map)).toBeNull();
  });

  it('is not one with a single cell that counts', () => {
    expect(explainBlankMap(Float32Array.of(-1, 0.5, -2))).toBeNull();
  });
});
