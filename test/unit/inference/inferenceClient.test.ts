import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { InferenceClient, type InferenceOptions } from '../../../src/inference/inferenceClient';
import type { TensorValue } from '../../../src/inference/messages';
import { readNpy } from '../../../src/tensor/npy';
import { UserError } from '../../../src/userError';
import { buildServer } from './buildServer';

const root = join(__dirname, '../../..');
const shapesGap = join(root, 'media/demo/shapes/shapes_gap.onnx');
const lite0 = join(root, 'media/demo/efficientnet-lite0.onnx');
const fixture = (name: string): string => join(root, 'test/fixtures/inference', name);

let server: Awaited<ReturnType<typeof buildServer>>;
let folder: string;
const clients: InferenceClient[] = [];

function createClient(options?: InferenceOptions): InferenceClient {
  const client = new InferenceClient(server.path, options);
  clients.push(client);
  return client;
}

beforeAll(async () => {
  server = await buildServer('client');
  folder = mkdtempSync(join(tmpdir(), 'headlight-inference-'));
});
afterEach(() => clients.splice(0).forEach((client) => client.dispose()));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.remove();
});

const scalar: TensorValue = { elementType: 'float32', dims: [1], data: Float32Array.of(0) };
const grey: TensorValue = { elementType: 'float32', dims: [1, 3, 64, 64], data: new Float32Array(3 * 64 * 64) };

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie answers signals until its parent has noticed.
    const status = `/proc/${pid}/stat`;
    return !existsSync(status) || !/^\d+ \(.*\) Z/.test(readFileSync(status, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits until the native call of a request has certainly begun; gives the process id. */
async function untilBusy(client: InferenceClient): Promise<number> {
  await vi.waitFor(() => expect(client.pid).not.toBeNull(), { timeout: 20_000 });
  await new Promise((resolve) => setTimeout(resolve, 300));
  return client.pid!;
}

async function catchUserError(promise: Promise<unknown>): Promise<UserError> {
  const error: unknown = await promise.then(
    () => new Error('It did not fail.'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe('InferenceClient', () => {
  it('starts its process when first used, names inputs and outputs, and runs', async () => {
    const client = createClient();
    expect(client.pid).toBeNull();
    const model = await client.loadModel({ path: shapesGap });
    expect(client.pid).not.toBe(process.pid);
    expect(model.inputNames).toHaveLength(1);
    const { outputs, elapsedMs } = await client.run(model, {
      feeds: { [model.inputNames[0]]: grey },
      fetches: model.outputNames,
    });
    const logits = outputs[model.outputNames[0]];
    expect(logits.dims).toEqual([1, 5]);
    expect(logits.data).toBeInstanceOf(Float32Array);
    expect(elapsedMs).toBeGreaterThan(0);
  });

  it.each(['chelsea', 'coffee'])("gives PyTorch's logits of EfficientNet-Lite0 for %s", async (name) => {
    const stored = (file: string): ReturnType<typeof readNpy> =>
      readNpy(readFileSync(join(root, 'test/fixtures/lite0', name, file)));
    const client = createClient();
    const model = await client.loadModel({ path: lite0 });
    const { data, shape } = stored('input.npy');
    const { outputs } = await client.run(model, {
      feeds: { [model.inputNames[0]]: { elementType: 'float32', dims: shape, data } },
      fetches: model.outputNames,
    });
    const logits = outputs[model.outputNames[0]].data as Float32Array;
    const wanted = stored('logits.npy').data;
    const largest = Math.max(...wanted.map(Math.abs));
    expect(logits.length).toBe(wanted.length);
    wanted.forEach((value, index) => expect(Math.abs(logits[index] - value)).toBeLessThan(1e-4 * largest));
  });

  it('makes the input tensor of an image, each array in memory of its own', async () => {
    const client = createClient();
    const { tensor, picture, placement, elapsedMs } = await client.prepareImage({
      image: join(root, 'media/demo/images/chelsea.png'),
      preprocessing: {
        ...{
          height: 224,
          width: 224,
          fit: 'centerCrop',
          cropFraction: 0.875,
          padValue: 0,
          interpolation: 'pil-bilinear',
        },
        ...{ layout: 'NCHW', channelOrder: 'RGB', scale: 1, mean: [127, 127, 127], std: [128, 128, 128] },
        applyOrientation: true,
      },
    });
    const wanted = readNpy(readFileSync(join(root, 'test/fixtures/lite0/chelsea/input.npy')));
    expect(tensor.shape).toEqual(wanted.shape);
    expect(Buffer.from(tensor.data.buffer).equals(Buffer.from(wanted.data.buffer))).toBe(true);
    expect(tensor.data.buffer.byteLength).toBe(tensor.data.byteLength);
    expect(picture.rgba.buffer.byteLength).toBe(224 * 224 * 4);
    expect(placement).toMatchObject({ left: 95, top: 19, width: 262, height: 262, imageWidth: 451 });
    expect(elapsedMs).toBeGreaterThan(0);
  });

  it('converts float32 to the type an input takes, and carries every type back', async () => {
    const client = createClient();
    const model = await client.loadModel({ path: fixture('element_types.onnx') });
    const value: TensorValue = { elementType: 'float32', dims: [4], data: Float32Array.of(0.1, 1.6, 255.2, -3) };
    const feeds = Object.fromEntries(model.inputNames.map((name) => [name, value]));
    const { outputs } = await client.run(model, { feeds, fetches: model.outputNames });
    const numbers = (name: string): number[] => Array.from(outputs[`out_${name}`].data as ArrayLike<number>, Number);
    expect(numbers('FLOAT')).toEqual([...Float32Array.of(0.1, 1.6, 255.2, -3)]);
    expect(numbers('DOUBLE')).toEqual([...Float32Array.of(0.1, 1.6, 255.2, -3)]);
    expect(numbers('FLOAT16')).toEqual([0.0999755859375, 1.599609375, 255.25, -3]);
    expect(outputs['out_FLOAT16'].elementType).toBe('float32');
    expect(numbers('UINT8')).toEqual([0, 2, 255, 0]);
    expect(numbers('INT8')).toEqual([0, 2, 127, -3]);
    expect(numbers('INT32')).toEqual([0, 2, 255, -3]);
    expect(outputs['out_INT64'].data).toEqual(BigInt64Array.of(0n, 2n, 255n, -3n));
  });

  it('runs bytes that are not the file, such as an extended model', async () => {
    const client = createClient();
    const model = await client.loadModel({ path: shapesGap, bytes: readFileSync(shapesGap) });
    const { outputs } = await client.run(model, { feeds: { [model.inputNames[0]]: grey }, fetches: model.outputNames });
    expect(Object.keys(outputs)).toEqual(model.outputNames);
  });
});

describe('cancelling', () => {
  it('kills a run under way and starts anew, with the models loaded before, on the next use', async () => {
    const client = createClient();
    const shapes = await client.loadModel({ path: shapesGap });
    const endless = await client.loadModel({ path: fixture('endless.onnx') });
    const controller = new AbortController();
    const running = client.run(endless, { feeds: { x: scalar }, fetches: ['y'], signal: controller.signal });
    const error = catchUserError(running);
    const pid = await untilBusy(client);
    controller.abort();
    expect((await error).code).toBe('cancelled');
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 20_000 });

    const feeds = { [shapes.inputNames[0]]: grey };
    const { outputs } = await client.run(shapes, { feeds, fetches: shapes.outputNames });
    expect(outputs[shapes.outputNames[0]].dims).toEqual([1, 5]);
    expect(client.pid).not.toBe(pid);
  });

  it('lets a request that waits go without touching the one under way', async () => {
    const client = createClient();
    const endless = await client.loadModel({ path: fixture('endless.onnx') });
    const [first, second] = [new AbortController(), new AbortController()];
    const running = client.run(endless, { feeds: { x: scalar }, fetches: ['y'], signal: first.signal });
    const runningError = catchUserError(running);
    const waiting = catchUserError(client.loadModel({ path: shapesGap }, { signal: second.signal }));
    const pid = await untilBusy(client);
    second.abort();
    expect((await waiting).code).toBe('cancelled');
    expect(isRunning(pid)).toBe(true);
    first.abort();
    expect((await runningError).code).toBe('cancelled');
  });

  it('does not start anything for a signal that is aborted already', async () => {
    const client = createClient();
    const error = await catchUserError(client.loadModel({ path: shapesGap }, { signal: AbortSignal.abort() }));
    expect(error.code).toBe('cancelled');
    expect(client.pid).toBeNull();
  });
});

describe('when the process ends', () => {
  it.each(['SIGKILL', 'SIGSEGV'] as const)(
    'says so after %s during a run, and works on the next try',
    async (signal) => {
      const client = createClient();
      const shapes = await client.loadModel({ path: shapesGap });
      const endless = await client.loadModel({ path: fixture('endless.onnx') });
      const running = catchUserError(client.run(endless, { feeds: { x: scalar }, fetches: ['y'] }));
      process.kill(await untilBusy(client), signal);
      const error = await running;
      expect(error.code).toBe('inferenceStopped');
      expect(error.message).toMatch(new RegExp(`ended by ${signal} while running endless\\.onnx.*next try`));
      const feeds = { [shapes.inputNames[0]]: grey };
      await expect(client.run(shapes, { feeds, fetches: shapes.outputNames })).resolves.toBeDefined();
    },
  );

  it('starts anew when it was killed while idle', async () => {
    const client = createClient();
    const shapes = await client.loadModel({ path: shapesGap });
    const pid = client.pid!;
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(client.pid).toBeNull(), { timeout: 20_000 });
    const feeds = { [shapes.inputNames[0]]: grey };
    await expect(client.run(shapes, { feeds, fetches: shapes.outputNames })).resolves.toBeDefined();
    expect(client.pid).not.toBe(pid);
  });

  it('stops a model that takes more memory than it may', async () => {
    const client = createClient({ memoryLimitBytes: 600e6 });
    const hungry = await client.loadModel({ path: fixture('hungry.onnx') });
    const error = await catchUserError(client.run(hungry, { feeds: { x: scalar }, fetches: ['y'] }));
    expect(error.code).toBe('inferenceStopped');
    expect(error.message).toMatch(/running hungry\.onnx.*GB of memory, more than the limit/);
  });

  it('stops a run that takes too long', async () => {
    const client = createClient({ timeLimitMs: 3000 });
    const endless = await client.loadModel({ path: fixture('endless.onnx') });
    const error = await catchUserError(client.run(endless, { feeds: { x: scalar }, fetches: ['y'] }));
    expect(error.code).toBe('inferenceStopped');
    expect(error.message).toMatch(/running endless\.onnx took longer than 3 s/);
  });

  it('says what the process wrote when it cannot start', async () => {
    const broken = join(folder, 'broken.js');
    writeFileSync(broken, 'throw new Error("no native library here");');
    const client = new InferenceClient(broken);
    const error = await catchUserError(client.warmUp());
    expect(error.code).toBe('inferenceStopped');
    expect(error.message).toMatch(/exit code 1 while starting[^]*no native library here/);
  });
});

describe('refusals', () => {
  it('explains a file that is no model, and lives on', async () => {
    const garbage = join(folder, 'garbage.onnx');
    writeFileSync(garbage, Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 251)));
    const client = createClient();
    const error = await catchUserError(client.loadModel({ path: garbage }));
    expect(error.code).toBe('inferenceFailed');
    expect(error.message).toMatch(/cannot load garbage\.onnx: .*damaged or not an ONNX model/);
    const pid = client.pid;
    await client.loadModel({ path: shapesGap });
    expect(client.pid).toBe(pid);
  });

  it('explains an operator that ONNX Runtime does not have', async () => {
    const error = await catchUserError(createClient().loadModel({ path: fixture('unknown_operator.onnx') }));
    expect(error.code).toBe('inferenceFailed');
    expect(error.message).toMatch(/unknown_operator\.onnx: .*Teleport.*operator/);
  });

  it('explains an input of the wrong shape or type', async () => {
    const client = createClient();
    const model = await client.loadModel({ path: shapesGap });
    const run = (value: TensorValue): Promise<UserError> =>
      catchUserError(client.run(model, { feeds: { [model.inputNames[0]]: value }, fetches: model.outputNames }));
    const shape = await run({ ...grey, dims: [1, 3, 32, 128] });
    expect(shape.code).toBe('inferenceFailed');
    expect(shape.message).toMatch(/cannot run shapes_gap\.onnx.*shape and type that the model declares/);
    const type = await run({ elementType: 'int64', dims: [1, 3, 64, 64], data: new BigInt64Array(3 * 64 * 64) });
    expect(type.code).toBe('badInputTensor');
    expect(type.message).toMatch(/takes float32, but int64 was given/);
  });

  it('does not run a model whose file has changed since it was read', async () => {
    const path = join(folder, 'changing.onnx');
    copyFileSync(shapesGap, path);
    const client = createClient();
    const model = await client.loadModel({ path, bytes: readFileSync(path) });
    truncateSync(path, 1000);
    const feeds = { [model.inputNames[0]]: grey };
    const error = await catchUserError(client.run(model, { feeds, fetches: model.outputNames }));
    expect(error.code).toBe('fileChanged');
    expect(error.message).toMatch(/changing\.onnx has changed.*Reload/);
    // Nor does a new process take the changed file for the old one.
    process.kill(client.pid!, 'SIGKILL');
    await vi.waitFor(() => expect(client.pid).toBeNull(), { timeout: 20_000 });
    expect((await catchUserError(client.run(model, { feeds, fetches: model.outputNames }))).code).toBe('fileChanged');
    rmSync(path);
    expect((await catchUserError(client.run(model, { feeds, fetches: model.outputNames }))).code).toBe('fileNotFound');
  });

  it('does not load a model whose file is not as it was analysed', async () => {
    const source = { path: shapesGap, stamp: { sizeBytes: 1, modifiedMs: 0 } };
    expect((await catchUserError(createClient().loadModel(source))).code).toBe('fileChanged');
  });
});

describe('lifetime', () => {
  it('ends the process on dispose and rejects what is under way', async () => {
    const client = createClient();
    const endless = await client.loadModel({ path: fixture('endless.onnx') });
    const running = catchUserError(client.run(endless, { feeds: { x: scalar }, fetches: ['y'] }));
    const pid = await untilBusy(client);
    client.dispose();
    expect((await running).code).toBe('cancelled');
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 20_000 });
    expect((await catchUserError(client.warmUp())).code).toBe('cancelled');
    expect(client.pid).toBeNull();
  });

  it('forgets a released model and keeps the others', async () => {
    const client = createClient();
    const [first, second] = [await client.loadModel({ path: shapesGap }), await client.loadModel({ path: shapesGap })];
    await client.releaseModel(first);
    const feeds = { [second.inputNames[0]]: grey };
    await expect(client.run(first, { feeds, fetches: first.outputNames })).rejects.toThrow('released');
    await expect(client.run(second, { feeds, fetches: second.outputNames })).resolves.toBeDefined();
  });

  it('leaves no orphan when its program is killed in the middle of a run', async () => {
    const script = join(folder, 'parent.js');
    // A program that forks the server as the client does, starts an endless run and prints the process id.
    writeFileSync(
      script,
      `const child = require('child_process').fork(${JSON.stringify(server.path)}, ['{"memoryLimitBytes":1e12}'], { serialization: 'advanced' });
       child.on('message', ({ id }) => {
         if (id !== 1) return;
         child.send({ id: 2, name: 'run', params: { session: 1, fetches: ['y'],
           feeds: { x: { elementType: 'float32', dims: [1], data: new Float32Array(1) } } } });
         setTimeout(() => console.log(child.pid), 300);
       });
       child.send({ id: 1, name: 'load', params: { session: 1, threads: 1, stamps: [], source: { path: ${JSON.stringify(fixture('endless.onnx'))} } } });`,
    );
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 20_000 });
  });

  it('does not keep an idle program alive', async () => {
    const bundle = join(folder, 'idle.cjs');
    const entry = join(folder, 'idle.ts');
    writeFileSync(
      entry,
      `import { InferenceClient } from ${JSON.stringify(join(root, 'src/inference/inferenceClient'))};
       const client = new InferenceClient(${JSON.stringify(server.path)});
       void client.loadModel({ path: ${JSON.stringify(shapesGap)} }).then((model) => console.log(model.outputNames.length));`,
    );
    const { build } = await import('esbuild');
    await build({ entryPoints: [entry], outfile: bundle, bundle: true, platform: 'node', logLevel: 'error' });
    expect(execFileSync(process.execPath, [bundle], { encoding: 'utf8', timeout: 10_000 })).toBe('1\n');
  });
});
