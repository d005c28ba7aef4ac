import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ElementType } from '../../../src/graph/model';
import { resolvePreprocessing } from '../../../src/image/resolvePreprocessing';
import { parseSidecar, readSidecar, toSidecarPath } from '../../../src/image/sidecar';
import type { Preprocessing } from '../../../src/protocol/preprocessing';
import { UserError } from '../../../src/userError';
import { createFloats, createModel, type ModelParts } from './modelBuilder';

const resolve = (parts: ModelParts, more: object = {}): ReturnType<typeof resolvePreprocessing> =>
  resolvePreprocessing({ model: createModel(parts), ...more });
const sidecar = (content: object): ReturnType<typeof parseSidecar> =>
  parseSidecar(JSON.stringify(content), '/models/net.headlight.json');

const imagenet: Partial<Preprocessing> = {
  fit: 'shorterSide',
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  channelOrder: 'RGB',
};

describe('the guess, when nothing says how images are read', () => {
  it("is torchvision's ImageNet recipe for a three-channel NCHW input, and says that it is a guess", () => {
    const { preprocessing, source, note } = resolve({});
    expect(preprocessing).toMatchObject({ ...imagenet, height: 224, width: 224, layout: 'NCHW' });
    expect(source).toBe('default');
    expect(note).toMatch(/^A guess \(imagenet-torch\)/);
  });

  it("is TensorFlow's for NHWC inputs and for 1001 classes", () => {
    const nhwc = resolve({ inputs: [['x', ['n', 299, 299, 3]]] });
    expect(nhwc.preprocessing).toMatchObject({ layout: 'NHWC', height: 299, scale: 1 / 127.5, mean: [1, 1, 1] });
    expect(resolve({}, { classes: 1001 }).preprocessing.scale).toBe(1 / 127.5);
  });

  it('is 0…1 for a grey input', () => {
    const { preprocessing } = resolve({ inputs: [['x', [1, 1, 28, 28]]] });
    expect(preprocessing).toMatchObject({ channelOrder: 'grey', mean: [0], std: [1], scale: 1 / 255, height: 28 });
  });
});

describe('the input of the model', () => {
  it('is the one that can take an image', () => {
    const { preprocessing } = resolve({
      inputs: [
        ['mask', [1, 10]],
        ['pixels', [1, 3, 32, 48]],
      ],
    });
    expect(preprocessing).toMatchObject({ height: 32, width: 48 });
  });

  it('is recognised as NHWC by the Transpose behind it when all its sizes are open', () => {
    const { preprocessing } = resolve({
      inputs: [['x', ['n', 'h', 'w', 'c']]],
      nodes: [['Transpose', ['x'], ['y'], { perm: { type: 'ints', value: [0, 3, 1, 2] } }]],
    });
    expect(preprocessing.layout).toBe('NHWC');
  });

  it('is missed in words when there is none', () => {
    const failing = (): unknown =>
      resolve({
        inputs: [
          ['tokens', ['batch', 128]],
          ['rgba', [1, 4, 8, 8]],
        ],
      });
    expect(failing).toThrow(UserError);
    expect(failing).toThrow(
      /found tokens \[batch, 128\]; rgba \[1, 4, 8, 8\]; wanted \[batch, channels, height, width\]/,
    );
  });
});

describe('the size', () => {
  const open: ModelParts = { inputs: [['x', ['n', 3, 'h', 'w']]] };
  const boundInputs = new Map([['x', [1, 3, 256, 256]]]);

  it('is what the sidecar says, else what the user bound, else the metadata, else what the analysis assumed, else 224', () => {
    const written = { sidecar: sidecar({ preprocessing: { height: 96, width: 128 } }) };
    const bound = { inputShapes: { x: [1, 3, 320, 640] } };
    const stored: ModelParts = { ...open, metadata: { author: 'Ultralytics', imgsz: '[640, 480]', task: 'detect' } };
    const size = (parts: ModelParts, more: object = {}): number[] => {
      const { height, width } = resolve(parts, more).preprocessing;
      return [height, width];
    };
    expect(size(stored, { ...written, ...bound, boundInputs })).toEqual([96, 128]);
    expect(size(stored, { ...bound, boundInputs })).toEqual([320, 640]);
    expect(size(stored, { boundInputs })).toEqual([640, 480]);
    expect(size(open, { boundInputs })).toEqual([256, 256]);
    expect(size(open)).toEqual([224, 224]);
  });

  it('may not contradict the model', () => {
    expect(() => resolve({}, { sidecar: sidecar({ preprocessing: { height: 256 } }) })).toThrow(
      /net\.headlight\.json.*height 256.*input image has height 224/,
    );
    expect(() => resolve({}, { sidecar: sidecar({ preprocessing: { layout: 'NHWC' } }) })).toThrow(/layout NHWC.*NCHW/);
    expect(() => resolve({}, { sidecar: sidecar({ preprocessing: { channelOrder: 'grey' } }) })).toThrow(/3 channels/);
  });
});

describe('layers', () => {
  const metadata = { 'headlight.preprocessing': '{"preset": "tensorflow", "padValue": 7}' };

  it('give way from chosen file over sidecar, settings and metadata to the guess', () => {
    const chosen = parseSidecar('{"preset": "caffe-bgr"}', '/x/mine.json');
    const beside = sidecar({ preprocessing: { preset: 'zero-to-one' } });
    const settings = { preset: 'zero-to-255' };
    const sourceOf = (more: object): string => resolve({ metadata }, more).source;
    expect(sourceOf({ chosen, sidecar: beside, settings })).toBe('chosen');
    expect(sourceOf({ sidecar: beside, settings })).toBe('sidecar');
    expect(sourceOf({ settings })).toBe('settings');
    expect(sourceOf({})).toBe('metadata');
    expect(resolve({}, { chosen }).note).toBe('From mine.json.');
    expect(resolve({ metadata }, { sidecar: sidecar({ labels: ['a'] }) }).source).toBe('metadata');
  });

  it('are merged field by field, a preset replacing all below it', () => {
    const fields = resolve({ metadata }, { sidecar: sidecar({ preprocessing: { mean: 0.5, fit: 'letterbox' } }) });
    expect(fields.preprocessing).toMatchObject({
      mean: [0.5, 0.5, 0.5],
      fit: 'letterbox',
      scale: 1 / 127.5,
      padValue: 7,
    });
    const preset = resolve({ metadata }, { settings: { preset: 'imagenet-torch' } });
    expect(preset.preprocessing).toMatchObject({ ...imagenet, padValue: 114 });
  });

  it('average a colour recipe for a grey input', () => {
    const { preprocessing } = resolve({ inputs: [['x', [1, 1, 8, 8]]] }, { settings: { preset: 'imagenet-torch' } });
    expect(preprocessing.mean[0]).toBeCloseTo(0.449, 10);
    expect(preprocessing.std).toHaveLength(1);
  });
});

describe("the model's metadata", () => {
  it('is read as Ultralytics writes it', () => {
    const written = { author: 'Ultralytics', task: 'classify', imgsz: '[224, 224]', names: "{0: 'a'}", stride: '1' };
    const { preprocessing, source } = resolve({ metadata: written });
    expect(source).toBe('metadata');
    expect(preprocessing).toMatchObject({ fit: 'shorterSide', cropFraction: 1, scale: 1 / 255, mean: [0, 0, 0] });
    expect(resolve({ metadata: { ...written, task: 'detect' } }).preprocessing).toMatchObject({
      ...{ fit: 'letterbox', padValue: 114, interpolation: 'opencv-bilinear' },
    });
  });

  it("is read as timm's pretrained_cfg, whole or entry by entry", () => {
    const config = '{"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "crop_pct": 0.9, "interpolation": "bicubic"}';
    const { preprocessing } = resolve({ metadata: { pretrained_cfg: config } });
    expect(preprocessing).toMatchObject({ mean: [0.5, 0.5, 0.5], scale: 1 / 255, interpolation: 'pil-bicubic' });
    // timm resizes the shorter side to int(224/0.9) = 248.
    expect(Math.round(224 / preprocessing.cropFraction)).toBe(248);
    const entries = { mean: '(0.1, 0.2, 0.3)', std: '(0.4, 0.5, 0.6)' };
    expect(resolve({ metadata: entries }).preprocessing).toMatchObject({ mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] });
  });

  it('is read as the ONNX standard describes images', () => {
    const written = { 'Image.BitmapPixelFormat': 'Bgr8', 'Image.NominalPixelRange': 'Normalized_0_1' };
    expect(resolve({ metadata: written }).preprocessing).toMatchObject({ channelOrder: 'BGR', scale: 1 / 255 });
  });
});

describe('the first operators', () => {
  const range = (parts: ModelParts): number => resolve(parts).preprocessing.scale * 255;

  it.each<[string, ModelParts, number]>([
    [
      'subtracts a mean in grey levels',
      { nodes: [['Sub', ['image', 'm'], ['y']]], constants: { m: [123.7, 116.3, 103.5] } },
      255,
    ],
    ['divides by 255', { nodes: [['Div', ['image', 'd'], ['y']]], constants: { d: [255] } }, 255],
    [
      'subtracts a mean in 0…1 and divides',
      {
        nodes: [
          ['Sub', ['image', 'm'], ['a']],
          ['Div', ['a', 's'], ['b']],
        ],
        constants: { m: [0.485, 0.456, 0.406], s: [0.229, 0.224, 0.225] },
      },
      1,
    ],
    [
      'scales to −1…1',
      {
        nodes: [
          ['Mul', ['image', 's'], ['a']],
          ['Add', ['a', 'o'], ['b']],
        ],
        constants: { s: [2 / 255], o: [-1] },
      },
      255,
    ],
    [
      'doubles and subtracts one',
      {
        nodes: [
          ['Mul', ['image', 's'], ['a']],
          ['Sub', ['a', 'o'], ['b']],
        ],
        constants: { s: [2], o: [1] },
      },
      1,
    ],
    [
      'normalises the batch',
      {
        nodes: [['BatchNormalization', ['image', 'one', 'zero', 'mean', 'var'], ['y']]],
        constants: { one: [1, 1, 1], zero: [0, 0, 0], mean: [120, 115, 100], var: [4000, 4100, 4200] },
      },
      255,
    ],
  ])('show the range of the pixels when the model %s', (_, parts, wanted) => {
    expect(resolve(parts).source).toBe('graph');
    expect(range(parts)).toBeCloseTo(wanted, 9);
    expect(resolve(parts).note).toContain(wanted === 255 ? '0…255' : '0…1');
  });

  it('are followed through casts and transpositions, and constants in nodes', () => {
    const value = { type: 'tensor', value: createFloats('', [127.5]) } as const;
    const parts: ModelParts = {
      inputs: [['x', [1, 64, 64, 3]]],
      nodes: [
        ['Constant', [], ['c'], { value }],
        ['Transpose', ['x'], ['a'], { perm: { type: 'ints', value: [0, 3, 1, 2] } }],
        ['Cast', ['a'], ['b']],
        ['Sub', ['b', 'c'], ['d']],
      ],
    };
    expect(range(parts)).toBe(255);
  });

  it('say nothing when the image goes straight into a convolution, or into a weight that is not a constant', () => {
    expect(resolve({ nodes: [['Conv', ['image', 'w'], ['y']]], constants: { w: [1, 2, 3] } }).source).toBe('default');
    expect(resolve({ nodes: [['Sub', ['image', 'other'], ['y']]] }).source).toBe('default');
  });

  it('need not be looked at when the input takes 8-bit pixels', () => {
    const bytes: ElementType = 'uint8';
    const { preprocessing, note } = resolve({ inputs: [['x', [1, 3, 8, 8], bytes]] });
    expect(preprocessing).toMatchObject({ scale: 1, mean: [0, 0, 0], std: [1, 1, 1] });
    expect(note).toMatch(/8-bit pixels/);
  });
});

describe('MODEL.headlight.json', () => {
  it('lies beside the model under its name', () => {
    expect(toSidecarPath(join('/a', 'Net.v2.onnx'))).toBe(join('/a', 'Net.v2.headlight.json'));
    expect(toSidecarPath(join('/a', 'NET.ONNX'))).toBe(join('/a', 'NET.headlight.json'));
  });

  it('may hold labels as a list, a file beside it, or the word imagenet', () => {
    expect(sidecar({ labels: ['a', 'b'] }).labels).toEqual({ kind: 'list', labels: ['a', 'b'] });
    expect(sidecar({ labels: 'names.txt' }).labels).toEqual({ kind: 'file', path: '/models/names.txt' });
    expect(sidecar({ labels: 'imagenet' }).labels).toEqual({ kind: 'imagenet' });
  });

  it.each<[string, string, RegExp]>([
    ['broken JSON', '{"labels": [', /net\.headlight\.json is not valid JSON/],
    ['a list', '[1]', /found \[1\]; wanted an object/],
    ['an unknown key', '{"labels": [], "colour": 1}', /no "colour".*"preprocessing" and "labels"/],
    [
      'an unknown field',
      '{"preprocessing": {"sise": 3}}',
      /preprocessing: there is no "sise"\. Known are preset, height/,
    ],
    [
      'an unknown preset',
      '{"preprocessing": {"preset": "torch"}}',
      /"preset" is "torch"; wanted one of "imagenet-torch"/,
    ],
    ['a size in words', '{"preprocessing": {"height": "224"}}', /"height" is "224"; wanted a whole number/],
    ['a size of nothing', '{"preprocessing": {"width": 0}}', /"width" is 0/],
    ['a crop above 1', '{"preprocessing": {"cropFraction": 1.2}}', /"cropFraction" is 1\.2; wanted a number above 0/],
    ['two means', '{"preprocessing": {"mean": [1, 2]}}', /"mean" is \[1,2\]; wanted a number, or a list/],
    ['a standard deviation of 0', '{"preprocessing": {"std": [1, 0, 1]}}', /"std" is \[1,0,1\]/],
    ['an unknown filter', '{"preprocessing": {"interpolation": "cubic"}}', /"interpolation" is "cubic".*"pil-bicubic"/],
    ['labels that are numbers', '{"labels": [1, 2]}', /"labels" is \[1,2\]; wanted a list of names/],
  ])('explains %s', (_, text, message) => {
    const parsing = (): unknown => parseSidecar(text, '/models/net.headlight.json');
    expect(parsing).toThrow(UserError);
    expect(parsing).toThrow(message);
  });

  it('is null where there is none', async () => {
    expect(await readSidecar('/nowhere/net.headlight.json')).toBeNull();
  });

  it('is right for every model of the demo workspace that has one', async () => {
    const demo = join(__dirname, '../../../media/demo');
    const files = [
      join(demo, 'efficientnet-lite0.headlight.json'),
      ...readdirSync(join(demo, 'shapes'))
        .filter((name) => name.endsWith('.headlight.json'))
        .map((name) => join(demo, 'shapes', name)),
    ];
    expect(files).toHaveLength(4);
    for (const file of files) {
      const read = await readSidecar(file);
      const size = read?.preprocessing?.height ?? 0;
      const { preprocessing } = resolve({ inputs: [['x', ['n', 3, size, size]]] }, { sidecar: read });
      expect(preprocessing).toMatchObject({
        mean: [127, 127, 127],
        std: [128, 128, 128],
        scale: 1,
        channelOrder: 'RGB',
      });
      expect(read?.labels).not.toBeNull();
    }
  });
});
