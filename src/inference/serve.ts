import { UserError } from '../userError';
import type { Minimization } from './minimizeLoss';
import { checkStamps, stampFiles } from './fileStamps';
import type { ImageReader } from './imageReader';
import type {
  Feed,
  FileStamp,
  InferenceRequest,
  InferenceRequests,
  TensorElements,
  TensorValue,
  ToClient,
  ToServer,
} from './messages';
import { toOwnBuffers } from './ownBuffers';
import { runImages } from './runImages';
import type * as Runtime from './runtime';

interface OpenSession {
  readonly session: Runtime.Session;
  readonly stamps: readonly FileStamp[];
  /** Under way or ended. */
  minimization: Minimization | null;
}

/** What the process holds between requests. */
interface Held {
  readonly sessions: Map<number, OpenSession>;
  readonly reader: ImageReader;
  /** Of the tensor that the client may feed again without sending it. */
  kept: TensorElements | null;
}

/** Answers the client's requests one after the other until it goes away. */
export function serve(reader: ImageReader): void {
  const held: Held = { sessions: new Map(), reader, kept: null };
  let previous: Promise<void> = Promise.resolve();
  process.on('message', (message: ToServer) => {
    previous = previous.then(async () => send(await reply(message, held)));
  });
  process.on('disconnect', () => process.exit(0));
}

function send(message: ToClient): void {
  process.send?.(message);
}

async function reply(message: ToServer, held: Held): Promise<ToClient> {
  const { id } = message;
  try {
    return { id, ok: true, result: await handle(message, held) };
  } catch (error) {
    if (error instanceof UserError) {
      return { id, ok: false, code: error.code, message: error.message };
    }
    return {
      id,
      ok: false,
      code: null,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

async function handle(request: InferenceRequest, held: Held): Promise<unknown> {
  const { sessions, reader } = held;
  switch (request.name) {
    case 'warmUp':
      await Promise.all([importRuntime(), import('../image/decodeImage')]);
      return null;
    case 'load':
      return load(request.params, sessions);
    case 'release':
      await release(request.params.session, sessions);
      return null;
    case 'endProfile':
      return endProfile(request.params.session, sessions);
    case 'run':
      return run({ ...request.params, feeds: completeFeeds(request.params, held) }, sessions);
    case 'minimize':
      return minimize(request.params, sessions);
    case 'prepareImage': {
      const prepared = await prepareImage(request.params);
      held.kept = prepared.tensor.data;
      return prepared;
    }
    case 'makeThumbnail':
      return makeThumbnail(request.params);
    case 'runImages': {
      const { session, fetches } = request.params;
      return runImages(request.params, reader, (feeds) => run({ session, feeds, fetches }, sessions));
    }
  }
}

async function load(
  { session: number, source, stamps: known, threads }: InferenceRequests['load']['params'],
  sessions: Map<number, OpenSession>,
): Promise<InferenceRequests['load']['result']> {
  const stamps = known.length > 0 ? known : await stampFiles(source);
  await checkStamps(stamps);
  const session = await (await importRuntime()).createSession(source, threads);
  sessions.set(number, { session, stamps, minimization: null });
  const { inputNames, outputNames } = session.native;
  return { inputNames: [...inputNames], outputNames: [...outputNames], stamps };
}

async function release(number: number, sessions: Map<number, OpenSession>): Promise<void> {
  const open = sessions.get(number);
  sessions.delete(number);
  if (open !== undefined) {
    await (await importRuntime()).releaseSession(open.session);
  }
}

async function endProfile(
  number: number,
  sessions: Map<number, OpenSession>,
): Promise<InferenceRequests['endProfile']['result']> {
  const { session } = findSession(number, sessions);
  const runs = await (await importRuntime()).endProfile(session);
  await release(number, sessions);
  return runs;
}

function findSession(number: number, sessions: ReadonlyMap<number, OpenSession>): OpenSession {
  const open = sessions.get(number);
  if (open === undefined) {
    throw new Error(`There is no session ${number}.`);
  }
  return open;
}

/** Keeps what is to be kept, and puts it in where it is fed. */
function completeFeeds(
  { feeds, keeps }: InferenceRequests['run']['params'],
  held: Held,
): Readonly<Record<string, TensorValue>> {
  const complete = (feed: Feed): TensorValue => {
    if (!('kept' in feed)) {
      return feed;
    }
    if (held.kept === null) {
      throw new Error('Nothing was kept to be fed again.');
    }
    return { elementType: feed.elementType, dims: feed.dims, data: held.kept };
  };
  const completed = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, complete(feed)]));
  if (keeps !== null) {
    // What came with a message is a view of all of it, which would be kept along.
    held.kept = toOwnBuffers(completed[keeps].data);
  }
  return completed;
}

type RunParams = Pick<InferenceRequests['run']['params'], 'session' | 'fetches' | 'prepare'> & {
  readonly feeds: Readonly<Record<string, TensorValue>>;
};

async function run(
  { session: number, feeds, fetches, prepare }: RunParams,
  sessions: Map<number, OpenSession>,
): Promise<InferenceRequests['run']['result']> {
  const open = findSession(number, sessions);
  await checkStamps(open.stamps);
  const { runSession } = await importRuntime();
  if (prepare === undefined) {
    return runSession(open.session, feeds, fetches);
  }
  const prepared = await runSession(findSession(prepare.session, sessions).session, prepare.feeds, [prepare.output]);
  const result = await runSession(
    open.session,
    { ...feeds, [prepare.input]: prepared.outputs[prepare.output] },
    fetches,
  );
  return { ...result, elapsedMs: prepared.elapsedMs + result.elapsedMs };
}

async function minimize(
  { session: number, problem, forMs }: InferenceRequests['minimize']['params'],
  sessions: Map<number, OpenSession>,
): Promise<InferenceRequests['minimize']['result']> {
  const open = findSession(number, sessions);
  await checkStamps(open.stamps);
  const [{ runSession }, { startMinimization, continueMinimization }] = await Promise.all([
    importRuntime(),
    import('./minimizeLoss'),
  ]);
  if (problem !== null) {
    const run = async (feeds: Readonly<Record<string, TensorValue>>, fetches: readonly string[]) =>
      (await runSession(open.session, feeds, fetches)).outputs;
    open.minimization = startMinimization(problem, run);
  }
  if (open.minimization === null) {
    throw new Error('Nothing is being minimised.');
  }
  return continueMinimization(open.minimization, forMs);
}

async function prepareImage({
  image,
  preprocessing,
}: InferenceRequests['prepareImage']['params']): Promise<InferenceRequests['prepareImage']['result']> {
  const [{ decodeImage }, { preprocessImage }] = await Promise.all([
    import('../image/decodeImage'),
    import('../image/preprocessImage'),
  ]);
  const startedAt = performance.now();
  const decoded = await decodeImage(image, preprocessing);
  const prepared = preprocessImage(decoded, preprocessing);
  return { ...prepared, elapsedMs: performance.now() - startedAt };
}

async function makeThumbnail({
  image,
  preprocessing,
  size,
}: InferenceRequests['makeThumbnail']['params']): Promise<InferenceRequests['makeThumbnail']['result']> {
  const [{ prepareInput }, { shrinkPicture }] = await Promise.all([
    import('../image/prepareInput'),
    import('../image/shrinkPicture'),
  ]);
  return shrinkPicture((await prepareInput(image, preprocessing)).picture, size);
}

async function importRuntime(): Promise<typeof Runtime> {
  try {
    return await import('./runtime');
  } catch (error) {
    const found = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new UserError(
      'inferenceFailed',
      `ONNX Runtime does not start on ${process.platform}-${process.arch}: ${found}. Models can be inspected, but not run here.`,
      { cause: error },
    );
  }
}
