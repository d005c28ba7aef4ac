import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTasks } from '../../../src/host/taskProgress';
import type { HostToWebview } from '../../../src/protocol/messages';

const never = new AbortController().signal;

describe('createTasks', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('says nothing about work that is done within 300 ms', async () => {
    const events: HostToWebview[] = [];
    const tasks = createTasks((event) => events.push(event));
    const work = tasks.run('Running', never, () => new Promise((resolve) => setTimeout(resolve, 299)));
    await vi.advanceTimersByTimeAsync(299);
    await work;
    await vi.runAllTimersAsync();
    expect(events).toEqual([]);
  });

  it('shows how far work is that tells, from where it was when it is first shown', async () => {
    const events: HostToWebview[] = [];
    const tasks = createTasks((event) => events.push(event));
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const work = tasks.run('Measuring', never, async (_, report) => {
      await pause(200);
      report(0.25);
      await pause(200);
      report(0.5);
    });
    await vi.advanceTimersByTimeAsync(400);
    await work;
    expect(events.map((event) => event.type === 'progressed' && [event.fraction, event.done])).toEqual([
      [0.25, false],
      [0.5, false],
      [1, true],
    ]);
  });

  it('shows longer work and ends it, also when it fails', async () => {
    const events: HostToWebview[] = [];
    const tasks = createTasks((event) => events.push(event));
    const work = tasks.run('Running', never, async () => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      throw new Error('failed');
    });
    const outcome = expect(work).rejects.toThrow('failed');
    await vi.advanceTimersByTimeAsync(400);
    await outcome;
    expect(events).toMatchObject([
      { type: 'progressed', label: 'Running', done: false, fraction: null },
      { type: 'progressed', label: 'Running', done: true },
    ]);
  });

  it('aborts the work when the page cancels its task, and when the request is aborted', async () => {
    const events: HostToWebview[] = [];
    const tasks = createTasks((event) => events.push(event));
    const untilAborted = (signal: AbortSignal) =>
      new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('stopped')));
    const work = tasks.run('Running', never, untilAborted);
    await vi.advanceTimersByTimeAsync(300);
    const [event] = events;
    tasks.cancel(event.type === 'progressed' ? event.task : '');
    await expect(work).resolves.toBe('stopped');

    const request = new AbortController();
    const other = tasks.run('Running', request.signal, untilAborted);
    request.abort();
    await expect(other).resolves.toBe('stopped');
  });
});
