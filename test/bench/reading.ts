import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspectModel } from '../../src/inspectModel';
import { readModel } from '../../src/onnx/readModel';
import { type Figure, median, timeInTurn, toTimeFigure } from './figure';
import type { FirstReading } from './firstReading';
import { forEachLargeModel } from './largeModels';

const rounds = 20;
const firstRounds = 5;

/** From the file to its structure, and to everything that is shown of it. The second run on: the file is cached. */
export async function measure(): Promise<Figure[]> {
  const model = path.resolve('media/demo/efficientnet-lite0.onnx');
  const times = await timeInTurn({ read: () => readModel(model), inspect: () => inspectModel(model) }, rounds);
  return [
    toTimeFigure('EfficientNet-Lite0: structure read from the file', times.read),
    toTimeFigure('  with shapes, costs, head and receptive field', times.inspect),
    ...(await measureLargeModels()),
  ];
}

/** How reading grows with nodes and with bytes of weights, each time in a process that has read nothing before. */
async function measureLargeModels(): Promise<Figure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'headlight-bench-'));
  const figures: Figure[] = [];
  try {
    await forEachLargeModel(folder, async ({ file, name }) => {
      const read = await readOften(file, 'read');
      const inspect = await readOften(file, 'inspect');
      const bytes = median(inspect.map(({ addedBytes }) => addedBytes));
      figures.push(
        toTimeFigure(`${name}: structure, first reading`, toTimes(read)),
        toTimeFigure('  everything, first inspection', toTimes(inspect)),
        { name: '  memory that it takes', value: bytes / 1e6, unit: 'MB', note: 'growth of the largest resident set' },
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return figures;
}

async function readOften(file: string, what: 'read' | 'inspect'): Promise<FirstReading[]> {
  const readings: FirstReading[] = [];
  while (readings.length < firstRounds) {
    readings.push(await readInNewProcess(file, what));
  }
  return readings;
}

function toTimes(readings: readonly FirstReading[]): number[] {
  return readings.map(({ elapsedMs }) => elapsedMs);
}

/** firstReading.ts in a process of its own. */
function readInNewProcess(file: string, what: 'read' | 'inspect'): Promise<FirstReading> {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(__dirname, 'firstReading.js'), [file, what]);
    child.once('message', (reading) => resolve(reading as FirstReading));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The reading of ${file} ended with ${code}`)));
  });
}
