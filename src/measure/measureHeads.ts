import type { InferenceClient } from '../inference/inferenceClient';
import type { TensorValue } from '../inference/messages';
import { emitWholeModel } from '../onnx/emitModel';
import { float32Tensor } from '../onnx/graphExtension';
import { NodeBuilder } from '../onnx/nodeBuilder';
import type { HeadDesign } from '../protocol/headFormulas';
import type { HeadMeasurement, HeadTime, MeasuredHeadSize } from '../protocol/measurement';
import { UserError } from '../userError';
import type { MeasureOptions } from './measureLayers';
import { measureMachine } from './measureMachine';
import { recordRuns } from './recordRuns';
import { computeMedian } from './repeatRuns';

const OPSET = 13;
/** 1 GiB of float32 weights: the runtime holds them twice while it packs them. */
const MOST_WEIGHTS = 2 ** 28;
/** 512 MB of feature maps. */
const MOST_INPUTS = 2 ** 27;

/**
 * Runs a GAP head and an FC head of this size by themselves, on generated graphs: mean (or flatten) and one linear layer.
 * Times are those of ONNX Runtime's kernels, fully optimised, medians after a warm-up; what surrounds a run is left out,
 * since it is longer than a small head. Time and memory grow with K·C·H·W and batch·C·H·W. `path` names any existing file.
 * @throws UserError `badArgument` for sizes that are no positive whole numbers, `tooLarge` for more than 512 MB of input
 * or weights of the GAP head beyond 1 GiB, and as running a model does.
 */
export async function measureHeads(
  client: InferenceClient,
  path: string,
  size: MeasuredHeadSize,
  { signal, report = () => undefined }: MeasureOptions = {},
): Promise<HeadMeasurement> {
  checkSize(size);
  const { batch, channels, height, width, classes } = size;
  const inputs = channels * height * width;
  const dims = [batch, channels, height, width];
  const input: TensorValue = { elementType: 'float32', dims, data: new Float32Array(batch * inputs).fill(0.5) };
  const measure = async (design: HeadDesign, from: number): Promise<HeadTime> => {
    const head = createHead(design, size);
    const options = { feeds: { [head.input]: input }, fetches: [head.output], signal };
    const source = { path, bytes: head.bytes };
    const runs = await recordRuns(client, source, options, (done) => report(from + 0.3 * done));
    const times = runs.map(({ kernels }) => kernels.reduce((sum, { durationMs }) => sum + durationMs, 0));
    return { ms: computeMedian(times), runs: runs.length };
  };
  const gap = await measure('gap', 0);
  const fc = classes * inputs <= MOST_WEIGHTS ? await measure('fc', 0.3) : null;
  const machine = await measureMachine(client, path, signal, (done) => report(0.6 + 0.4 * done));
  return { provenance: 'measured', size, gap, fc, threads: client.threads, machine };
}

function checkSize(size: MeasuredHeadSize): void {
  const { batch, channels, height, width, classes } = size;
  const wrong = Object.entries(size).find(([, value]: [string, number]) => !Number.isInteger(value) || value < 1);
  if (wrong !== undefined) {
    throw new UserError(
      'badArgument',
      `A head cannot be measured with ${wrong[0]} = ${wrong[1]}: give a number from 1.`,
    );
  }
  const elements = batch * channels * height * width;
  if (elements > MOST_INPUTS || classes * channels > MOST_WEIGHTS) {
    throw new UserError(
      'tooLarge',
      `${batch} feature maps of ${channels}×${height}×${width} and ${classes} classes are too much to measure with: ` +
        'take a smaller batch or fewer classes.',
    );
  }
}

/** The weights come from ConstantOfShape, which the runtime computes once when it loads the model. */
function createHead(design: HeadDesign, { channels, height, width, classes }: MeasuredHeadSize) {
  const builder = new NodeBuilder(OPSET);
  const filled = (dims: readonly number[]) =>
    builder.add('ConstantOfShape', [builder.int64(dims)], {
      value: { type: 'tensor', value: float32Tensor('', [1], [0.01]) },
    });
  const input = builder.input('feature_map', 'float32', ['batch', channels, height, width]);
  const vector = builder.add('Flatten', [design === 'gap' ? builder.add('GlobalAveragePool', [input]) : input]);
  const inputs = design === 'gap' ? channels : channels * height * width;
  const logits = builder.add('Gemm', [vector, filled([classes, inputs]), filled([classes])], {
    transB: { type: 'int', value: 1 },
  });
  const output = builder.output(logits, 'float32');
  return { bytes: emitWholeModel(builder.finish(), OPSET), input, output };
}
