import { realpathSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import type { ElementType } from '../graph/model';
import { UserError } from '../userError';
import { convertFloat32, widenFloat16 } from './convertElements';
import type { ModelSource, ProfiledRun, RunResult, TensorValue } from './messages';
import { parseTrace } from './parseTrace';
import { toMessage } from '../protocol/errorMessage';

/** The only file that knows ONNX Runtime. Creating and running hold the thread: it lives in the inference process. */
export interface Session {
  readonly name: string;
  readonly native: ort.InferenceSession;
  /** Where ONNX Runtime writes its trace; null when it records none. */
  readonly profileFolder: string | null;
}

const TRACE_PREFIX = 'trace';

/** Throws UserError `inferenceFailed` when ONNX Runtime refuses the model. */
export async function createSession(source: ModelSource, threads: number): Promise<Session> {
  const name = basename(source.path);
  const options: ort.InferenceSession.SessionOptions = {
    executionMode: 'sequential',
    graphOptimizationLevel: source.optimization ?? 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    ...(source.profileFolder === undefined
      ? {}
      : { enableProfiling: true, profileFilePrefix: join(source.profileFolder, TRACE_PREFIX) }),
    extra: {
      session: {
        // Threads that spin while they wait take the cores from everybody else.
        intra_op: { allow_spinning: '0' },
        ...(source.keepsOneCopy === true ? { disable_prepacking: '1' } : {}),
        ...(source.bytes === undefined
          ? {}
          : // ONNX Runtime refuses external data behind a symbolic link: name the real folder.
            { model_external_initializers_file_folder_path: dirname(realpathSync(source.path)) }),
      },
    },
  };
  try {
    const native =
      source.bytes === undefined
        ? await ort.InferenceSession.create(source.path, options)
        : await ort.InferenceSession.create(source.bytes, options);
    return { name, native, profileFolder: source.profileFolder ?? null };
  } catch (error) {
    throw toUserError(error, `ONNX Runtime cannot load ${name}`);
  }
}

/** Throws UserError `inferenceFailed` when a feed does not fit or the model fails. */
export async function runSession(
  { native, name }: Session,
  feeds: Readonly<Record<string, TensorValue>>,
  fetches: readonly string[],
): Promise<RunResult> {
  const inputs = Object.fromEntries(
    Object.entries(feeds).map(([input, value]) => [input, toNative(value, input, findInputType(native, input), name)]),
  );
  try {
    const startedAt = performance.now();
    const results = await native.run(inputs, [...fetches]);
    const elapsedMs = performance.now() - startedAt;
    return { outputs: Object.fromEntries(fetches.map((output) => [output, fromNative(results[output])])), elapsedMs };
  } catch (error) {
    throw toUserError(error, `ONNX Runtime cannot run ${name}`);
  }
}

export async function releaseSession({ native }: Session): Promise<void> {
  await native.release();
}

/** Ends the recording and reads it; throws when the session was created without. */
export async function endProfile({ native, profileFolder }: Session): Promise<readonly ProfiledRun[]> {
  if (profileFolder === null) {
    throw new Error('The session records no profile.');
  }
  native.endProfiling();
  const file = (await readdir(profileFolder)).find((name) => name.startsWith(TRACE_PREFIX));
  if (file === undefined) {
    throw new UserError('inferenceFailed', `ONNX Runtime wrote no profile into ${profileFolder}. Is the disk full?`);
  }
  return parseTrace(await readFile(join(profileFolder, file), 'utf8'));
}

function findInputType(native: ort.InferenceSession, name: string): ElementType | null {
  const metadata = native.inputMetadata.find((input) => input.name === name);
  return metadata?.isTensor === true ? metadata.type : null;
}

/** Float32 feeds become what the input wants: images are prepared as float32 whatever the model takes. */
function toNative(value: TensorValue, input: string, wanted: ElementType | null, model: string): ort.Tensor {
  const { elementType, dims, data } = value;
  const isConverted = data instanceof Float32Array && elementType === 'float32' && wanted !== null;
  const converted = isConverted ? convertFloat32(data, wanted) : data;
  if (converted === null || (wanted !== null && !isConverted && wanted !== elementType)) {
    const message = `Input ${input} of ${model} takes ${wanted ?? 'no tensor'}, but ${elementType} was given.`;
    throw new UserError('badInputTensor', message);
  }
  // Checked above; the constructor's overloads want literal types.
  return new ort.Tensor((wanted ?? elementType) as 'float32', converted as Float32Array, dims);
}

function fromNative(tensor: ort.Tensor): TensorValue {
  if (tensor.type === 'float16') {
    return { elementType: 'float32', dims: tensor.dims, data: widenFloat16(tensor.data as Uint16Array) };
  }
  return { elementType: tensor.type, dims: tensor.dims, data: tensor.data };
}

/** What can be done about ONNX Runtime's more frequent refusals. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/opset|ir[_ ]version/i, 'It was exported for a newer ONNX Runtime: export it with a lower opset.'],
  [
    /NOT_IMPLEMENTED|not a registered function|No Op registered|Could not find an implementation/i,
    'It uses an operator or element type that ONNX Runtime has no CPU implementation of.',
  ],
  [
    /invalid dimensions|Invalid rank|Unexpected input data type/i,
    'Give an input of the shape and type that the model declares.',
  ],
  [
    /INVALID_PROTOBUF|Protobuf parsing failed/i,
    'The file is damaged or not an ONNX model: export or download it again.',
  ],
  [/bad_alloc|allocat/i, 'There is not enough memory for it: close other programs or models.'],
];

function toUserError(error: unknown, what: string): UserError {
  const found = toMessage(error).trim().replace(/\s+/g, ' ');
  const advice =
    ADVICE.find(([pattern]) => pattern.test(found))?.[1] ?? 'Check that the model runs in ONNX Runtime elsewhere.';
  return new UserError('inferenceFailed', `${what}: ${found.replace(/\.?$/, '.')} ${advice}`, { cause: error });
}
