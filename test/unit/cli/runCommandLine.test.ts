import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CamDocument } from '../../../src/cli/camDocument';
import type { CompareDocument } from '../../../src/cli/compareDocument';
import type { InspectDocument } from '../../../src/cli/inspectDocument';
import { readNpy } from '../../../src/tensor/npy';
import { buildServer } from '../inference/buildServer';
import { captureCommand } from './captureCommand';
import { ModelBuilder } from '../cam/modelBuilder';

const root = path.join(__dirname, '../../..');
const shapes = path.join(root, 'media/demo/shapes');
const model = path.join(shapes, 'shapes_gap.onnx');
const [circle, square] = ['00_circle.png', '01_square.png'].map((name) => path.join(shapes, 'images', name));

let server: Awaited<ReturnType<typeof buildServer>>;
let folder: string;
beforeAll(async () => {
  server = await buildServer('runCommandLine');
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-'));
});
afterAll(async () => {
  await server.remove();
  await rm(folder, { recursive: true });
});

const headlight = (...argv: string[]) => captureCommand(server.path, argv);

describe('headlight inspect', () => {
  it('prints one JSON document with the fields that other tools rely on', async () => {
    const { code, stdout, stderr } = await headlight('inspect', model, '--json');
    const document = JSON.parse(stdout) as InspectDocument;
    expect([code, stderr]).toEqual([0, '']);
    expect(Object.keys(document)).toEqual(
      expect.arrayContaining(
        'schema file format opsets nodes parameters macs inputs outputs layers heads warnings'.split(' '),
      ),
    );
    expect(document).toMatchObject({ schema: 1, file: model, format: 'onnx', nodes: document.layers.length });
    expect(Object.keys(document.layers[0])).toEqual(
      expect.arrayContaining('index name opType outputs parameters macs'.split(' ')),
    );
    expect(document.heads[0]).toEqual({
      kind: 'gap-linear',
      exact: true,
      classes: 5,
      channels: 64,
      height: 8,
      width: 8,
      featureMap: '/body/body.13/Relu_output_0',
      logits: 'logits',
      activation: null,
      parameters: 325,
      gap: { parameters: 325, macs: 320, bytes: 1300 },
      fc: { parameters: 20485, macs: 20480, bytes: 81940 },
      ratio: 20485 / 325,
      reason: null,
    });
  });

  it('prints what the file says in words, as the onnx package reads it', async () => {
    const noted = path.join(root, 'test/fixtures/notes');
    const { code, stdout } = await headlight('inspect', path.join(noted, 'model.onnx'), '--json');
    const reference: unknown = JSON.parse(await readFile(path.join(noted, 'reference.json'), 'utf8'));
    expect([code, (JSON.parse(stdout) as InspectDocument).notes]).toEqual([0, reference]);
  });

  it('prints tables for people', async () => {
    const { code, stdout } = await headlight('inspect', model);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Head: gap-linear, maps add up to the logit$/m);
    expect(stdout).toMatch(/flatten \+ FC +20 485 +20 480 +81.9 kB +4 097$/m);
  });

  it('does not call unknown costs 0', async () => {
    const builder = new ModelBuilder();
    builder.input([1, 4]);
    builder.output(builder.node('Strange', ['input'], {}, { domain: 'example' }));
    const strange = builder.save();
    const { stdout } = await headlight('inspect', strange);
    expect(stdout).toMatch(/^MACs +unknown \(1 layer of unknown cost\)$/m);
    expect(stdout).toMatch(/^Strange +1 +0 +\?$/m);
    expect(stdout).toMatch(/^activations +unknown \(1 layer of unknown shape\)/m);
    const document = JSON.parse((await headlight('inspect', strange, '--json')).stdout) as InspectDocument;
    expect(document).toMatchObject({ macs: 0, unknownMacs: 1, activationBytes: 0, unknownActivations: 1 });
  });

  it('says what layers need in memory and compute per byte', async () => {
    const document = JSON.parse((await headlight('inspect', model, '--json')).stdout) as InspectDocument;
    expect(document).not.toHaveProperty('measured');
    const gemm = document.layers.find(({ opType }) => opType === 'Gemm');
    expect(gemm).toMatchObject({ weightBytes: 1300, activationBytes: 20, liveBytes: 276, receptiveField: null });
    expect(gemm?.arithmeticIntensity).toBeCloseTo(640 / (1300 + 256 + 20), 9);
    expect(document.layers[0].receptiveField).toMatchObject({ size: [3, 3], stride: [2, 2] });
    const peak = Math.max(...document.layers.map(({ liveBytes }) => liveBytes));
    expect(document.peakActivation).toMatchObject({ bytes: peak, unknownValues: 0 });
  });

  it('measures on request: a time and a share for every layer', async () => {
    const { code, stdout } = await headlight('inspect', model, '--measure', '--json');
    const { layers, measured } = JSON.parse(stdout) as InspectDocument;
    expect(code).toBe(0);
    expect(measured?.layers.map(({ index }) => index)).toEqual(layers.map(({ index }) => index));
    expect(measured?.layers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(measured).toMatchObject({ provenance: 'measured', optimization: 'basic' });
    expect(measured?.totalMs).toBeGreaterThan(0);
  });

  it('prints measured times and shapes for people', async () => {
    const nonzero = path.join(root, 'test/fixtures/measure/nonzero.onnx');
    const { code, stdout } = await headlight('inspect', nonzero, '--measure');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Measured on this machine$/m);
    expect(stdout).toMatch(/^NonZero +1 +\d+\.\d{3} +\d+\.\d % +2×10$/m);
  });

  it('fails on a file that is no model, with the reason on both channels', async () => {
    const { code, stdout, stderr } = await headlight('inspect', circle, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, error: { code: 'notOnnx' } });
    expect(stderr).toContain('00_circle.png');
  });

  it('shows a model whose weights are missing, but fails', async () => {
    const file = path.join(folder, 'alone.onnx');
    await import('node:fs/promises').then(({ copyFile }) =>
      copyFile(path.join(root, 'test/fixtures/tensors/tensors.onnx'), file),
    );
    const { code, stdout, stderr } = await headlight('inspect', file, '--json');
    expect(code).toBe(1);
    expect(stderr).toContain('tensors.bin');
    expect((JSON.parse(stdout) as InspectDocument).warnings.join()).toContain('tensors.bin');
  });
});

describe('headlight compare', () => {
  const other = path.join(shapes, 'shapes_fc.onnx');

  it('prints one JSON document with exactly the fields of its schema, and succeeds although the models differ', async () => {
    const { code, stdout, stderr } = await headlight('compare', model, other, '--json', '--weights');
    const document = JSON.parse(stdout) as CompareDocument;
    expect([code, stderr]).toEqual([0, '']);
    expect(Object.keys(document)).toEqual('schema a b summary fields layers weights costByType'.split(' '));
    expect(Object.keys(document.layers[0])).toEqual('status a b changes weights'.split(' '));
    expect(document.summary).toEqual({ equal: 6, changed: 6, added: 0, removed: 1 });
    expect([document.a.heads[0].kind, document.b.heads[0].kind]).toEqual(['gap-linear', 'flatten-fc']);
    expect(document.b.totals.parameters - document.a.totals.parameters).toBe(20485 - 325);
    expect(new Set(document.weights.map(({ verdict }) => verdict))).toEqual(new Set(['different']));
  });

  it('leaves weights alone unless they are asked for', async () => {
    const { stdout } = await headlight('compare', model, model, '--json');
    const document = JSON.parse(stdout) as CompareDocument;
    expect(document.summary).toEqual({ equal: 13, changed: 0, added: 0, removed: 0 });
    expect(document.weights.some(({ verdict }) => verdict === 'unknown')).toBe(true);
  });

  it('prints what differs for people', async () => {
    const { code, stdout } = await headlight('compare', model, other, '--weights');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^- GlobalAveragePool \/head\/head\.0\/GlobalAveragePool$/m);
    expect(stdout).toMatch(/^head of B +flatten-fc +64 +8 +8 +5 +20 485/m);
    expect(stdout).toMatch(/^ {4}shape output: float32 1×64 → float32 1×4096$/m);
    expect(stdout).toMatch(/^Layers: 6 equal, 6 changed, 0 only in B, 1 only in A$/m);
  });

  it('fails on a file that is no model, naming it', async () => {
    const { code, stdout, stderr } = await headlight('compare', model, circle, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, error: { code: 'notOnnx' } });
    expect(stderr).toContain('00_circle.png');
  });

  it('takes exactly two models', async () => {
    expect((await headlight('compare', model)).code).toBe(2);
    expect((await headlight('compare', model, model, model)).code).toBe(2);
  });
});

describe('headlight cam', () => {
  it('explains several images, writing a raw map and an overlay of each class', async () => {
    const out = path.join(folder, 'maps');
    const { code, stdout, stderr } = await headlight(
      'cam',
      model,
      circle,
      square,
      '--class',
      'top1',
      '--class',
      'star',
      '--out',
      out,
      '--json',
    );
    const { images } = JSON.parse(stdout) as CamDocument;
    expect([code, stderr]).toEqual([0, '']);
    expect(images.map(({ image, top }) => [image, top[0].label])).toEqual([
      [circle, 'circle'],
      [square, 'square'],
    ]);
    expect((await readdir(out)).sort()).toEqual(
      ['00_circle_class0', '00_circle_class4', '01_square_class1', '01_square_class4'].flatMap((name) => [
        `${name}.npy`,
        `${name}.png`,
      ]),
    );
    for (const { maps, ledger } of images) {
      expect(ledger).toHaveLength(20);
      for (const { file, certificate, height, width, layer, method } of maps) {
        const map = readNpy(await readFile(file ?? ''));
        expect([map.shape, method, layer]).toEqual([[height, width], 'cam', '/body/body.13/Relu_output_0']);
        const mean = map.data.reduce((sum, value) => sum + value, 0) / map.data.length;
        const { value, bias, logit, holds } = certificate ?? expect.unreachable('exact maps have certificates');
        expect(mean).toBeCloseTo(value, 5);
        expect(value + bias).toBeCloseTo(logit, 5);
        expect(holds).toBe(true);
      }
    }
  });

  it('goes on after an image that cannot be read, and fails in the end', async () => {
    const { code, stdout, stderr } = await headlight('cam', model, model, circle, '--json');
    const document = JSON.parse(stdout) as CamDocument;
    expect(code).toBe(1);
    expect(document.images.map(({ image }) => image)).toEqual([circle]);
    expect(document.errors).toMatchObject([{ image: model, code: 'unreadableImage' }]);
    expect(stderr).toContain('shapes_gap.onnx');
  });

  it('says of a quantised head that it adds up within the rounding of the model', async () => {
    const head = path.join(root, 'test/fixtures/heads/gap_gemm_qdq');
    const files = [path.join(head, 'model.onnx'), path.join(head, 'input.npy')];
    const { stdout } = await headlight('cam', ...files, '--class', '0', '--json');
    const [{ certificate }] = (JSON.parse(stdout) as CamDocument).images[0].maps;
    const { holds, residual, tolerance } = certificate ?? expect.unreachable('exact maps have certificates');
    expect(holds).toBe(true);
    expect(Math.abs(residual)).toBeGreaterThan(1e-3);
    expect(Math.abs(residual)).toBeLessThan(tolerance ?? 0);
    const text = (await headlight('cam', ...files, '--class', '0')).stdout;
    expect(text).toMatch(/adds up to the logit 0\.077\d+ within the model's own rounding \(off by 1\.1e-2, allowed /);
  });

  it('takes preprocessing and labels from files', async () => {
    const settings = path.join(folder, 'settings.json');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(settings, JSON.stringify({ preprocessing: { preset: 'zero-to-255' } }));
    await writeFile(path.join(folder, 'names.txt'), 'a\nb\nc\nd\ne\n');
    const usual = await headlight('cam', model, circle, '--json');
    const other = await headlight(
      'cam',
      model,
      circle,
      '--json',
      '--preprocess',
      settings,
      '--labels',
      path.join(folder, 'names.txt'),
    );
    const topOf = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as CamDocument).images[0].top[0];
    expect(['a', 'b', 'c', 'd', 'e']).toContain(topOf(other).label);
    expect(topOf(other).logit).not.toBeCloseTo(topOf(usual).logit, 1);
  });

  it('draws maps of another method at an earlier layer, without certificate and ledger', async () => {
    const out = path.join(folder, 'early');
    const early = '/body/body.9/Relu_output_0';
    const options = ['--method', 'hirescam', '--layer', early, '--class', 'top5', '--out', out];
    const { code, stdout, stderr } = await headlight('cam', model, circle, '--json', ...options);
    const { images } = JSON.parse(stdout) as CamDocument;
    expect([code, stderr]).toEqual([0, '']);
    expect(images[0].ledger).toEqual([]);
    expect(images[0].maps).toHaveLength(5);
    for (const { method, layer, certificate, unit, file, height, width } of images[0].maps) {
      expect([method, layer, certificate, unit]).toEqual(['hirescam', early, null, 'logit']);
      const map = readNpy(await readFile(file ?? ''));
      expect(map.shape).toEqual([height, width]);
      expect(map.data.every(Number.isFinite) && new Set(map.data).size > 1).toBe(true);
    }
    expect(images[0].note).toContain('HiResCAM at "/body/body.9/Relu_output_0"');
    const text = await headlight('cam', model, circle, ...options);
    expect(text.stdout).toMatch(/^ +map of +size/m);
  });

  it('draws the difference of two classes, exactly or by derivatives', async () => {
    const draw = async (...options: string[]) => {
      const { stdout } = await headlight('cam', model, circle, '--json', '--out', folder, ...options);
      const { maps, ledger } = (JSON.parse(stdout) as CamDocument).images[0];
      const data = await Promise.all(maps.map(async ({ file }) => readNpy(await readFile(file ?? '')).data));
      return { maps, ledger, data };
    };
    const { data: own, maps: ownMaps } = await draw('--class', '1', '--class', '3');
    const { data, maps, ledger } = await draw('--class', '1', '--contrast', '3');
    const wanted = own[0].map((value, cell) => value - own[1][cell]);
    data[0].forEach((value, cell) => expect(value).toBeCloseTo(wanted[cell], 5));
    const [first, second] = ownMaps.map(({ certificate }) => certificate?.logit ?? NaN);
    expect(maps[0]).toMatchObject({ class: 1, contrast: 3, certificate: { holds: true } });
    expect(maps[0].certificate?.logit).toBeCloseTo(first - second, 5);
    expect(ledger).toHaveLength(20);
    const { data: derived } = await draw('--class', '1', '--contrast', '3', '--method', 'gradcam');
    derived[0].forEach((value, cell) => expect(64 * value).toBeCloseTo(wanted[cell], 4));
  });

  it.each([
    ['a class that does not exist', ['--class', '5'], /There is no class 5/],
    ['a label that does not exist', ['--class', 'hexagon'], /No class is called "hexagon"/],
    ['a layer that is not the feature map', ['--layer', 'logits'], /\/body\/body\.13\/Relu_output_0/],
    ['a method that does not exist', ['--method', 'lime'], /"lime".*cam, gradcam,/],
    ['a contrast of a class with itself', ['--class', '2', '--contrast', '2'], /against itself/],
    [
      'a layer that is no map',
      ['--method', 'gradcam', '--layer', 'logits'],
      /no rows and columns.*\/body\/body\.13\/Relu_output_0" \(8×8\)/,
    ],
    ['a contrast that no class has', ['--method', 'eigencam', '--contrast', '1'], /same map for every class/],
    ['an unknown option', ['--clas', '1'], /--clas/],
    ['a folder that is a file', ['--out', circle], /there is a file of that name/],
  ])('refuses %s as wrong usage', async (_, options, message) => {
    const { code, stdout, stderr } = await headlight('cam', model, circle, '--json', ...options);
    expect([code, JSON.parse(stdout)]).toMatchObject([2, { schema: 1, error: { code: 'badArgument' } }]);
    expect(stderr).toMatch(message);
  });
});
