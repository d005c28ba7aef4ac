import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listMapFetches } from '../../src/cam/readEvidence';
import { createExplainer } from '../../src/explain/explainer';
import { extendForBatches } from '../../src/explain/extendedModel';
import { findInput } from '../../src/explain/imageFeed';
import { explainImages } from '../../src/explainImages';
import { findMethod } from '../../src/cam/methods';
import { readPreprocessing } from '../../src/image/modelSettings';
import { InferenceClient } from '../../src/inference/inferenceClient';
import { analyzeModel } from '../../src/inspectModel';
import type { ListedImage } from '../../src/protocol/imageSeries';
import { openJournal, readJournal } from '../../src/series/journal';
import { toRecord } from '../../src/series/toRecord';
import type { Figure } from './figure';
import { median, timeInTurn, toTimeFigure } from './figure';

const BATCH = 16;
const ROUNDS = 12;
const IMAGES = 640;

/**
 * EfficientNet-Lite0 on many images: what the exact map of the most likely class adds to the bare batched forward of
 * ONNX Runtime (same tensors, in turn, time of the run alone); then a whole job from image files to the journal.
 */
export async function measure(): Promise<Figure[]> {
  const client = new InferenceClient(path.resolve('dist/inference.js'));
  try {
    const explainer = createExplainer(await analyzeModel(path.resolve('media/demo/efficientnet-lite0.onnx')), client);
    const { forward, figures } = await compareForward(explainer, client);
    return [...figures, ...(await runJob(explainer, client, forward))];
  } finally {
    client.dispose();
  }
}

async function compareForward(explainer: ReturnType<typeof createExplainer>, client: InferenceClient) {
  const { model } = explainer.analysis;
  const shape = [BATCH, 3, 224, 224];
  const data = Float32Array.from({ length: BATCH * 3 * 224 * 224 }, (_, index) => Math.sin(index * 0.37));
  const bare = await client.loadModel({ path: model.path });
  const extended = await extendForBatches(explainer, [1, ...shape.slice(1)], 1, undefined);
  const feeds = { [findInput(explainer.analysis)]: { elementType: 'float32', dims: shape, data } as const };
  const none = { elementType: 'int64', dims: [0], data: new BigInt64Array(0) } as const;
  const withClasses = { ...feeds, [extended.extension.inputs.classes ?? '']: none };
  const fetches = listMapFetches(extended.extension);
  const ran: Record<'forward' | 'explained', number[]> = { forward: [], explained: [] };
  await timeInTurn(
    {
      forward: async () => ran.forward.push((await client.run(bare, { feeds, fetches: bare.outputNames })).elapsedMs),
      explained: async () =>
        ran.explained.push((await client.run(extended.handle, { feeds: withClasses, fetches })).elapsedMs),
    },
    ROUNDS,
  );
  await client.releaseModel(bare);
  await client.releaseModel(extended.handle);
  const [forward, explained] = [ran.forward.slice(-ROUNDS), ran.explained.slice(-ROUNDS)];
  const figures: Figure[] = [
    toTimeFigure(`EfficientNet-Lite0, batch ${BATCH}: bare forward`, forward),
    toTimeFigure('  with exact maps of the most likely class', explained),
    {
      name: '  with maps / bare forward (0.9 of the throughput: 1.11)',
      value: median(explained) / median(forward),
      unit: '×',
      limit: 1.11,
      note: `ratio of medians; ${toPerSecond(forward)} and ${toPerSecond(explained)} images/s`,
    },
  ];
  return { forward, figures };
}

const toPerSecond = (times: readonly number[]): string => ((1000 * BATCH) / median(times)).toFixed(0);

/** Image files to journal lines: decoding, preprocessing, running, certificate, figures, writing. */
async function runJob(
  explainer: ReturnType<typeof createExplainer>,
  client: InferenceClient,
  forward: readonly number[],
): Promise<Figure[]> {
  const { model, inferred, heads } = explainer.analysis;
  const subject = { model, boundInputs: inferred.boundInputs, classes: heads[0].classes };
  const { preprocessing } = await readPreprocessing(subject, {});
  const names = ['chelsea.png', 'coffee.png', 'motorcycle.png', 'rocket.jpg'];
  const images: ListedImage[] = Array.from({ length: IMAGES }, (_, index) => {
    const file = path.resolve('media/demo/images', names[index % names.length]);
    return { id: `${index}`, path: file, folder: null };
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'headlight-bench-'));
  const method = findMethod('cam');
  const header = {
    schema: 1,
    journal: 'headlight',
    model: { path: model.path, sha256: '' },
    preprocessing,
    subject: { method: 'cam', layer: '', classes: [], topCount: 1, contrast: null },
    options: {},
  } as const;
  try {
    const journal = await openJournal(path.join(folder, 'journal.jsonl'), header, false);
    const [host, child]: [number[], number[]] = [[], []];
    const options = { topCount: 1, classes: [], contrast: null, preprocessing, batch: BATCH, wantsPictures: false };
    const startedAt = performance.now();
    for await (const items of explainImages(explainer, images, { method, layer: '', ...options })) {
      const facts = { labels: null, trueClass: null, files: new Map<number, string>(), keepsValues: true };
      await journal.append(items.map((item) => toRecord(item, facts)));
      host.push(process.memoryUsage.rss() / 1e6);
      child.push(readResidentBytes(client.pid) / 1e6);
    }
    const elapsedMs = performance.now() - startedAt;
    await journal.close();
    let lines = 0;
    for await (const record of readJournal(journal.path)) {
      lines += record.status === 'explained' ? 1 : 0;
    }
    const bareMs = (median(forward) / BATCH) * IMAGES;
    return [
      {
        name: `a job of ${IMAGES} image files / bare forward of as many`,
        value: elapsedMs / bareMs,
        unit: '×',
        note: `${((1000 * IMAGES) / elapsedMs).toFixed(0)} images/s end to end, ${lines} lines in the journal`,
      },
      toMemoryFigure('  memory, second half / first half: this process', host),
      toMemoryFigure('  memory, second half / first half: the inference process', child),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Flat: what a job takes does not grow with the images that are done. The start, which fills caches, is left out. */
function toMemoryFigure(name: string, sizes: readonly number[]): Figure {
  const settled = sizes.slice(sizes.length >> 2);
  const half = settled.length >> 1;
  const [early, late] = [median(settled.slice(0, half)), median(settled.slice(half))];
  const note = `${early.toFixed(0)} MB, then ${late.toFixed(0)} MB; largest ${Math.max(...sizes).toFixed(0)} MB`;
  return { name, value: late / early, unit: '×', limit: 1.15, note };
}

/** Linux tells in /proc; elsewhere the figure stays 0. */
function readResidentBytes(pid: number | null): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid ?? 0}/statm`, 'utf8').split(' ')[1]);
    return pages * 4096;
  } catch {
    return 0;
  }
}
