import path from 'node:path';
import { inspectModel } from '../../src/inspectModel';
import { readModel } from '../../src/onnx/readModel';
import { type Figure, timeInTurn, toTimeFigure } from './figure';

const rounds = 20;

/** From the file to its structure, and to everything that is shown of it. The second run on: the file is cached. */
export async function measure(): Promise<Figure[]> {
  const model = path.resolve('media/demo/efficientnet-lite0.onnx');
  const times = await timeInTurn({ read: () => readModel(model), inspect: () => inspectModel(model) }, rounds);
  return [
    toTimeFigure('EfficientNet-Lite0: structure read from the file', times.read),
    toTimeFigure('  with shapes, costs, head and receptive field', times.inspect),
  ];
}
