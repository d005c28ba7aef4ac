import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments';
import type { EvaluationReport } from '../../../src/protocol/evaluation';
import { buildServer } from '../inference/buildServer';
import { captureCommand } from './captureCommand';

const root = path.join(__dirname, '../../..');
const shapes = path.join(root, 'media/demo/shapes');
const model = path.join(shapes, 'shapes_gap.onnx');
const folders = ['--images', path.join(shapes, 'images'), '--masks', path.join(root, 'test/fixtures/evaluation/masks')];

let server: Awaited<ReturnType<typeof buildServer>>;
let folder: string;
beforeAll(async () => {
  server = await buildServer('cliEvaluate');
  folder = await mkdtemp(path.join(tmpdir(), 'headlight-evaluate-'));
});
afterAll(async () => {
  await server.remove();
  await rm(folder, { recursive: true });
});

const headlight = (...argv: string[]) => captureCommand(server.path, argv);

describe('headlight evaluate', () => {
  it('prints one JSON document and saves the rows as CSV', async () => {
    const out = path.join(folder, 'rows.csv');
    const wanted = ['--methods', 'cam,eigencam', '--metrics', 'pointing,iou', '--classes', 'true', '--out', out];
    const { code, stdout, stderr } = await headlight('evaluate', model, ...folders, ...wanted, '--json');
    expect([code, stderr]).toEqual([0, '']);
    const report = JSON.parse(stdout) as EvaluationReport;
    expect(report).toMatchObject({ schema: 1, model, errors: [], settings: { classes: 'true', placement: 'stretch' } });
    expect(report.rows).toHaveLength(20);
    expect(report.summaries.map(({ method, metric }) => `${method} ${metric}`)).toEqual([
      'cam pointing',
      'cam iou',
      'eigencam pointing',
      'eigencam iou',
    ]);
    expect(report.summaries[0].value).toBeCloseTo(0.8, 12); // As make.py counts.
    const [header, ...lines] = (await readFile(out, 'utf8')).trimEnd().split('\r\n');
    expect(header).toMatch(/^method,image,class,label,.*,pointing,iou,boxLeft,.*,remark$/);
    expect(lines).toHaveLength(20);
    expect(lines[0]).toMatch(/^cam,00_circle\.png,0,circle,/);
  });

  it('prints a table with what its columns mean', async () => {
    const { code, stdout } = await headlight(
      'evaluate',
      model,
      ...folders,
      '--metrics',
      'pointing',
      '--tolerance',
      '4',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^cam +10 +0\.900$/m);
    expect(stdout).toMatch(/Tolerance 4 pixels/);
    expect(stdout).toMatch(/pointing: 1 when the largest value.*Zhang et al/);
  });

  it('fails for an image that has no annotation, and says which', async () => {
    const images = path.join(root, 'media/demo/images');
    const { code, stderr } = await headlight('evaluate', model, '--images', images, ...folders.slice(2));
    expect(code).toBe(2);
    expect(stderr).toMatch(/has no annotation of any of the \d+ images: it has 00_circle\.png/);
  });

  it.each([
    [['evaluate', 'a.onnx'], /needs --images/],
    [['evaluate', '--images', 'x'], /takes one MODEL/],
    [['evaluate', 'a.onnx', '--images', 'x', '--placement', 'left'], /one of stretch, receptive-field/],
    [['evaluate', 'a.onnx', '--images', 'x', '--steps', '0'], /--steps is "0", but it is a whole number from 1/],
    [['evaluate', 'a.onnx', '--images', 'x', '--seed', ''], /--seed needs a value/],
  ])('refuses %j', (argv, message) => {
    expect(() => parseArguments(argv)).toThrow(message);
  });

  it.each([
    [['--metrics', 'auc'], /no metric "auc"/],
    [['--methods', 'magic'], /no method "magic"/],
    [['--out', 'rows.txt'], /wanted a file that ends in \.csv or \.json/],
  ])('names what it cannot do with %j', async (more, message) => {
    const { code, stderr } = await headlight('evaluate', model, ...folders, ...more);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
