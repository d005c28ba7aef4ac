import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InferenceClient } from '../../src/inference/inferenceClient';
import { analyzeModel } from '../../src/inspectModel';
import { readHeadWeights, readWeightRow } from '../../src/readHeadWeights';
import { UserError } from '../../src/userError';
import { HEAD_FIXTURES } from './cam/fixtures';
import { buildServer } from './inference/buildServer';

/** By NumPy: test/fixtures/head-weights/generate.py. Lists are of the first 20 rows or columns. */
interface Reference {
  readonly rows: number;
  readonly columns: number;
  readonly height: number;
  readonly width: number;
  readonly sigma: number;
  readonly summedSigma: number;
  readonly largestRowSum: number;
  readonly rowNorms: readonly number[];
  readonly columnNorms: readonly number[];
  readonly columnPeaks: readonly number[];
  readonly columnUses: readonly number[];
  readonly uniformShare: number;
  readonly uniformShares: readonly number[];
  readonly cosinesToLast: readonly number[];
  readonly summed: readonly (readonly number[])[];
}

const fixtures = path.resolve(__dirname, '../fixtures');
const demo = path.resolve(__dirname, '../../media/demo');
const references = JSON.parse(readFileSync(path.join(fixtures, 'head-weights/reference.json'), 'utf8')) as Record<
  string,
  Reference
>;
const DEMO_MODELS: Readonly<Record<string, string>> = {
  'efficientnet-lite0': 'efficientnet-lite0.onnx',
  shapes_fc: 'shapes/shapes_fc.onnx',
};
const LIMIT = 32e6;

let server: Awaited<ReturnType<typeof buildServer>>;
let client: InferenceClient;
beforeAll(async () => {
  server = await buildServer('head-weights');
  client = new InferenceClient(server.path);
});
afterAll(async () => {
  client.dispose();
  await server.remove();
});

const analyze = (name: string) =>
  analyzeModel(
    name in DEMO_MODELS ? path.join(demo, DEMO_MODELS[name]) : path.join(fixtures, 'heads', name, 'model.onnx'),
  );

/** Of the largest value: single precision, added up in another order. */
function expectClose(found: ArrayLike<number>, wanted: readonly number[], tolerance = 2e-6): void {
  const largest = Math.max(...wanted.map(Math.abs));
  wanted.forEach((value, index) => expect(Math.abs(found[index] - value)).toBeLessThanOrEqual(tolerance * largest));
}

describe('weights of a head', () => {
  it.each(Object.entries(references))('equal NumPy’s norms, shares and singular values: %s', async (key, reference) => {
    const [name, layer] = key.split('/');
    const choice = { head: 0, layer: layer === undefined ? null : Number(layer) };
    const analysis = await analyze(name);
    const told: number[] = [];
    const weights = await readHeadWeights(analysis, client, choice, {
      limitBytes: LIMIT,
      report: (at) => told.push(at),
    });
    const { rows, columns, height, width } = reference;
    expect(weights).toMatchObject({ rows, columns, height, width, columnKind: layer === '2' ? 'inputs' : 'channels' });
    expect(weights.matrix).toHaveLength(rows * columns);
    reference.summed.forEach((row, index) => expectClose(weights.matrix!.subarray(index * columns), row));
    expectClose(weights.rowNorms, reference.rowNorms);
    expectClose(weights.columnNorms, reference.columnNorms);
    expectClose(weights.columnPeaks, reference.columnPeaks);
    expectClose(weights.columnUses, reference.columnUses);
    expect(Math.max(...weights.rowSums)).toBeCloseTo(reference.largestRowSum, 3);
    // A power iteration comes from below; near-equal singular values keep it there for long.
    expect(Math.abs(weights.singularValue.value / reference.sigma - 1)).toBeLessThan(2e-5);
    expect(weights.singularValue.isSettled).toBe(true);
    expect(weights.uniformShare).toBeCloseTo(reference.uniformShare, 5);
    if (height * width === 1) {
      expect([weights.uniformShares, weights.summedSingularValue]).toEqual([null, null]);
    } else {
      expectClose(weights.uniformShares!, reference.uniformShares, 1e-5);
      expect(Math.abs(weights.summedSingularValue!.value / reference.summedSigma - 1)).toBeLessThan(2e-5);
    }
    expect(told).toEqual([...told].sort((a, b) => a - b));

    const { weights: row, cosines } = await readWeightRow(analysis, client, { ...choice, row: rows - 1 });
    expect([row.length, cosines.length]).toEqual([columns * height * width, rows]);
    expectClose(cosines, reference.cosinesToLast, 1e-5);
    expect(cosines[rows - 1]).toBeCloseTo(1, 5);
    expect(Math.sqrt(row.reduce((sum, value) => sum + value ** 2, 0))).toBeCloseTo(weights.rowNorms[rows - 1], 4);
  });

  it('can be read, or are refused with a reason, for every way to spell a head', async () => {
    const outcomes = await HEAD_FIXTURES.reduce<Promise<Record<string, string>>>(
      async (before, { name, modelPath }) => {
        const known = await before;
        const analysis = await analyzeModel(modelPath);
        const outcome = await readHeadWeights(analysis, client, { head: 0, layer: null }, { limitBytes: LIMIT }).then(
          ({ of, rows, columns, height, width, rowKind, columnKind }) =>
            `${of} ${rows} ${rowKind} × ${columns} ${columnKind}${height * width > 1 ? ` × ${height}×${width}` : ''}`,
          (error: unknown) => (error instanceof UserError ? `${error.code}: ${error.message}` : String(error)),
        );
        return { ...known, [name]: outcome };
      },
      Promise.resolve({}),
    );
    expect(outcomes).toMatchInlineSnapshot(`
      {
        "avgpool_flatten_gemm": "head 10 classes × 32 channels",
        "density_sum": "head 1 classes × 32 channels",
        "dynamic_hw": "head 10 classes × 32 channels",
        "flatten_gemm_lenet": "head 10 classes × 32 channels × 8×12",
        "flatten_mlp_vgg": "layer 10 classes × 64 inputs",
        "gap_bn_gemm": "head 10 classes × 32 channels",
        "gap_conv1x1_flatten": "head 10 classes × 32 channels",
        "gap_dropout_gemm": "head 10 classes × 32 channels",
        "gap_gemm": "head 10 classes × 32 channels",
        "gap_gemm_dynbatch_dynamo": "head 10 classes × 32 channels",
        "gap_gemm_logsoftmax": "head 10 classes × 32 channels",
        "gap_gemm_qdq": "head 10 classes × 32 channels",
        "gap_gemm_sigmoid_multilabel": "head 5 classes × 32 channels",
        "gap_gemm_softmax": "head 10 classes × 32 channels",
        "gap_gmp_concat": "layer 10 classes × 64 inputs",
        "gap_matmul_add": "head 7 classes × 32 channels",
        "gap_mlp": "layer 10 classes × 48 inputs",
        "legacy_pad_subgraph": "head 10 classes × 32 channels",
        "mobilenetv3_conv_mlp": "layer 10 classes × 64 inputs",
        "nhwc_transpose_reducemean": "head 6 classes × 32 channels",
        "nin_conv1x1_gap": "head 10 classes × 32 channels",
        "reducemean_gemm_dynamo": "head 10 classes × 32 channels",
        "reshape_mean_gemm": "head 10 classes × 32 channels",
        "se_body_gap_gemm": "head 10 classes × 32 channels",
        "segmentation_nohead": "noHead: The output "logits" has one score per position (shape 1×10×64×96), so no pooling or flattening joins the positions into one score per class.",
        "squeezenet_relu_gap": "head 12 classes × 32 channels",
        "two_outputs": "head 10 classes × 32 channels",
        "vit_cls": "noHead: The classifier reads a class token instead of pooling over positions, so there is no spatial head.",
      }
    `);
  });

  it('stay out of the answer where they are more than may be sent; what is measured of them does not', async () => {
    const analysis = await analyze('flatten_gemm_lenet');
    const weights = await readHeadWeights(analysis, client, { head: 0, layer: null }, { limitBytes: 4 * 319 });
    expect(weights.matrix).toBeNull();
    expectClose(weights.rowNorms, references['flatten_gemm_lenet'].rowNorms);
  });

  it('refuse a head, layer or row that is not there', async () => {
    const analysis = await analyze('gap_mlp');
    const read = (head: number, layer: number | null) =>
      readHeadWeights(analysis, client, { head, layer }, { limitBytes: LIMIT });
    await expect(read(1, null)).rejects.toMatchObject({ code: 'badArgument' });
    await expect(read(0, 2)).rejects.toMatchObject({ code: 'badArgument' });
    const row = readWeightRow(analysis, client, { head: 0, layer: 1, row: 10 });
    await expect(row).rejects.toMatchObject({ code: 'badArgument' });
  });

  it('can be given up', async () => {
    const analysis = await analyze('efficientnet-lite0');
    const controller = new AbortController();
    const reading = readHeadWeights(
      analysis,
      client,
      { head: 0, layer: null },
      { limitBytes: LIMIT, signal: controller.signal, report: () => controller.abort() },
    );
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  });
});
