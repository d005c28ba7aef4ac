import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InferenceClient } from '../../../src/inference/inferenceClient';
import { measureHeads } from '../../../src/measure/measureHeads';
import { buildServer } from '../inference/buildServer';

const anyFile = join(__dirname, '../../../media/demo/shapes/shapes_gap.onnx');
let server: Awaited<ReturnType<typeof buildServer>>;
let client: InferenceClient;
beforeAll(async () => {
  server = await buildServer('measure-heads');
  client = new InferenceClient(server.path);
});
afterAll(async () => {
  client.dispose();
  await server.remove();
});

describe('both heads run by themselves', () => {
  test('the fully connected one, with 196 times the weights, takes longer', async () => {
    const size = { channels: 256, height: 14, width: 14, classes: 100, batch: 2 };
    const told: number[] = [];
    const measured = await measureHeads(client, anyFile, size, { report: (fraction) => told.push(fraction) });
    expect(measured).toMatchObject({ provenance: 'measured', size, threads: client.threads });
    expect(measured.gap.ms).toBeGreaterThan(0);
    // 20 MB of weights against 0.1 MB: no noise turns this round.
    expect(measured.fc!.ms).toBeGreaterThan(measured.gap.ms);
    expect(measured.gap.runs).toBeGreaterThanOrEqual(5);
    expect(measured.machine.bytesPerSecond).toBeGreaterThan(1e8);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
  });

  test('the fully connected one is left out where its weights would take more than 1 GiB', async () => {
    const size = { channels: 2048, height: 28, width: 28, classes: 1000, batch: 1 };
    const { gap, fc } = await measureHeads(client, anyFile, size);
    expect(gap.ms).toBeGreaterThan(0);
    expect(fc).toBeNull();
  });

  test.each([
    [{ channels: 0, height: 1, width: 1, classes: 1, batch: 1 }, 'badArgument', /channels = 0/],
    [{ channels: 8, height: 2.5, width: 1, classes: 1, batch: 1 }, 'badArgument', /height = 2\.5/],
    [{ channels: 4096, height: 64, width: 64, classes: 10, batch: 64 }, 'tooLarge', /smaller batch/],
  ])('%o is refused', async (size, code, message) => {
    await expect(measureHeads(client, anyFile, size)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  test('can be given up', async () => {
    const controller = new AbortController();
    const size = { channels: 64, height: 7, width: 7, classes: 10, batch: 1 };
    const options = { signal: controller.signal, report: () => controller.abort() };
    await expect(measureHeads(client, anyFile, size, options)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
