import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { extendModel, runExtended } from '../../src/explain/extendedModel';
import { findInput } from '../../src/explain/imageFeed';
import { InferenceClient } from '../../src/inference/inferenceClient';
import type { RunResult } from '../../src/inference/messages';
import { analyzeModel } from '../../src/inspectModel';
import { readNpy } from '../../src/tensor/npy';
import { type Figure, median, timeInTurn, toTimeFigure } from './figure';

const rounds = 60;

/**
 * EfficientNet-Lite0 on one image: what maps add to the bare forward of ONNX Runtime. All three run in one inference
 * process, in turn, and the time is that of ONNX Runtime's run; with it everything that the run has to give.
 */
export async function measure(): Promise<Figure[]> {
  const model = path.resolve('media/demo/efficientnet-lite0.onnx');
  const image = readNpy(await readFile('test/fixtures/lite0/chelsea/input.npy'));
  const client = new InferenceClient(path.resolve('dist/inference.js'));
  try {
    const analysis = await analyzeModel(model);
    const bare = await client.loadModel({ path: model });
    const top = await extendModel(analysis, client, { topCount: 5 }, undefined);
    const all = await extendModel(analysis, client, { allClasses: true }, undefined);
    const { featureMap, logits, maps, bias } = all.extension.outputs;
    const feeds = { [findInput(analysis)]: { elementType: 'float32', dims: image.shape, data: image.data } as const };

    const ran: Record<'forward' | 'topFive' | 'allClasses', number[]> = { forward: [], topFive: [], allClasses: [] };
    const keep = (name: keyof typeof ran, run: () => Promise<RunResult>) => async () => {
      ran[name].push((await run()).elapsedMs);
    };
    const whole = await timeInTurn(
      {
        forward: keep('forward', () => client.run(bare, { feeds, fetches: bare.outputNames })),
        topFive: keep('topFive', () => runExtended(client, top, image, [], undefined)),
        allClasses: keep('allClasses', () =>
          client.run(all.handle, { feeds, fetches: [featureMap, logits, maps, bias] }),
        ),
      },
      rounds,
    );
    const measured = (name: keyof typeof ran) => ran[name].slice(-rounds);
    const ratio = (name: keyof typeof ran) => median(measured(name)) / median(measured('forward'));
    return [
      toTimeFigure('EfficientNet-Lite0: bare forward', measured('forward')),
      toTimeFigure('  with feature map and exact maps of the top 5', measured('topFive')),
      toTimeFigure('  with feature map and exact maps of all 1000 classes', measured('allClasses')),
      { name: '  top 5 / bare forward', value: ratio('topFive'), unit: '×', limit: 1.05, note: 'ratio of medians' },
      {
        name: '  all 1000 / bare forward',
        value: ratio('allClasses'),
        unit: '×',
        limit: 1.25,
        note: 'ratio of medians',
      },
      toTimeFigure('  bare forward seen by the extension host', whole.forward),
      toTimeFigure('  top 5 seen by the extension host', whole.topFive),
    ];
  } finally {
    client.dispose();
  }
}
