import { rmSync } from 'node:fs';
import path from 'node:path';
import { generateModel, type GeneratedModel } from '../models/generateModel';

/** One point of a series: by nodes with little in the weights, or by bytes of weights with few nodes. */
export interface LargeModel extends GeneratedModel {
  readonly name: string;
  readonly series: 'nodes' | 'bytes' | 'external';
}

const NODES = [1000, 5000, 10_000, 20_000];
const BYTES = [1e6, 1e8, 1e9, 1.9e9];
const NODES_OF_BYTES = 400;

/** Writes a model, gives it to `measure` and removes it again, one after the other. */
export async function forEachLargeModel(folder: string, measure: (model: LargeModel) => Promise<void>): Promise<void> {
  const plan = [
    ...NODES.map((nodes) => ({ series: 'nodes' as const, options: { nodes } })),
    ...BYTES.map((weightBytes) => ({ series: 'bytes' as const, options: { nodes: NODES_OF_BYTES, weightBytes } })),
    {
      series: 'external' as const,
      options: { nodes: NODES_OF_BYTES, weightBytes: 10e9, storage: 'external' as const },
    },
  ];
  for (const { series, options } of plan) {
    const name = series === 'nodes' ? `${options.nodes}-nodes` : `${options.weightBytes / 1e6}-MB-${series}`;
    // Shapes stand on the edges of both programs, so the picture is the same; Netron takes them from the file.
    const model = generateModel(path.join(folder, `${name}.onnx`), { ...options, declaresShapes: true });
    try {
      await measure({ ...model, name, series });
    } finally {
      rmSync(model.file);
      rmSync(path.join(folder, `${name}.data`), { force: true });
    }
  }
}

/** A model that is open before the measured one, so that every program has started. */
export function writeSmallModel(folder: string): string {
  return generateModel(path.join(folder, 'small.onnx'), { nodes: 20 }).file;
}
