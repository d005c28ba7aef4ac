import type { InferenceClient } from '../inference/inferenceClient';
import type { ProfiledRun } from '../inference/messages';
import { emitWholeModel } from '../onnx/emitModel';
import { float32Tensor } from '../onnx/graphExtension';
import { NodeBuilder } from '../onnx/nodeBuilder';
import type { MachineSpeed } from '../protocol/measurement';
import { recordRuns } from './recordRuns';

const OPSET = 13;
/** Side of the square matrices: 2·1024³ FLOP on 12 MB. */
const SIDE = 1024;
/** Elements of the tensor that is passed over: 128 MB as float32, more than caches hold. */
const ELEMENTS = 2 ** 25;

/**
 * What this machine reaches with ONNX Runtime's own kernels and as many threads as the model gets: FLOP per second of a
 * matrix product, bytes per second of max(x, 0) over a tensor that is read and written once. The fastest run counts,
 * since both are ceilings. `path` names any existing file: the model itself is made here.
 */
export async function measureMachine(
  client: InferenceClient,
  path: string,
  signal: AbortSignal | undefined,
  report: (fraction: number) => void,
): Promise<MachineSpeed> {
  const { bytes, outputs, product, pass } = createBenchmark();
  // Optimised, all of it would be computed once when loading.
  const source = { path, bytes, optimization: 'disabled' } as const;
  const runs = await recordRuns(client, source, { feeds: {}, fetches: outputs, signal }, report);
  return {
    flopsPerSecond: (2 * SIDE ** 3) / findFastest(runs, product),
    bytesPerSecond: (2 * 4 * ELEMENTS) / findFastest(runs, pass),
  };
}

function createBenchmark() {
  const builder = new NodeBuilder(OPSET);
  const filled = (dims: readonly number[]) =>
    builder.add('ConstantOfShape', [builder.int64(dims)], {
      value: { type: 'tensor', value: float32Tensor('', [1], [0.5]) },
    });
  const product = builder.add('MatMul', [filled([SIDE, SIDE]), filled([SIDE, SIDE])]);
  const pass = builder.add('Relu', [filled([ELEMENTS])]);
  // Single numbers leave the process, not the tensors.
  const outputs = [builder.reduce('ReduceMax', product, [0, 1], true), builder.slice(pass, 0, 1, 0)].map((name) =>
    builder.output(name, 'float32'),
  );
  return { bytes: emitWholeModel(builder.finish(), OPSET), outputs, product, pass };
}

/** Seconds of the fastest run of a node, which is named like its output. */
function findFastest(runs: readonly ProfiledRun[], node: string): number {
  const times = runs.map(({ kernels }) => kernels.find((kernel) => kernel.node === node)?.durationMs ?? Infinity);
  return Math.min(...times) / 1000;
}
