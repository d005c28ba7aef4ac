import { describe, expect, it } from 'vitest';
import { LatestWork } from '../../../src/host/latestWork';

const never = new AbortController().signal;
/** Ends when it is told to, or as cancelled. */
const createWork = () => {
  let finish: (value: string) => void = () => undefined;
  let signalSeen: AbortSignal | null = null;
  const work = (signal: AbortSignal) => {
    signalSeen = signal;
    return new Promise<string>((resolve, reject) => {
      finish = resolve;
      signal.addEventListener('abort', () => reject(new Error('cancelled')), { once: true });
    });
  };
  return { work, finish: (value: string) => finish(value), isAborted: () => signalSeen?.aborted };
};
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('work whose result is kept', () => {
  it('answers who asked, and whoever comes later', async () => {
    const latest = new LatestWork<string>();
    expect(await latest.wait(never)).toBeNull();
    const { work, finish } = createWork();
    const asked = latest.run(never, work);
    await settle();
    const later = latest.wait(never);
    finish('done');
    expect(await asked).toBe('done');
    expect(await later).toBe('done');
    expect(latest.result).toBe('done');
    expect(await latest.wait(never)).toBe('done');
  });

  it('ends what is under way before it begins anew', async () => {
    const latest = new LatestWork<string>();
    const [first, second] = [createWork(), createWork()];
    const one = latest.run(never, first.work).catch((error: unknown) => String(error));
    await settle();
    const other = latest.run(never, second.work);
    expect(await one).toBe('Error: cancelled');
    await settle();
    second.finish('second');
    expect(await other).toBe('second');
    expect(latest.result).toBe('second');
  });

  it('is ended by who waits for it as by who asked, and keeps what was there before', async () => {
    const latest = new LatestWork<string>();
    await latest.run(never, () => Promise.resolve('before'));
    const { work, isAborted } = createWork();
    const asked = latest.run(never, work).catch((error: unknown) => String(error));
    await settle();
    const waiting = new AbortController();
    const waited = latest.wait(waiting.signal).catch((error: unknown) => String(error));
    waiting.abort();
    expect(await asked).toBe('Error: cancelled');
    expect(await waited).toBe('Error: cancelled');
    expect(isAborted()).toBe(true);
    expect(latest.result).toBe('before');
  });
});
