import { describe, expect, it } from 'vitest';
import { createTaskQueue } from '../../../src/host/taskQueue';

const never = new AbortController().signal;

describe('createTaskQueue', () => {
  it('runs one task after the other, also after one has failed', async () => {
    const enqueue = createTaskQueue();
    const order: string[] = [];
    const task = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`${name} ends`);
      if (name === 'a') {
        throw new Error('a failed');
      }
      return name;
    };
    const first = enqueue(task('a'), never);
    const second = enqueue(task('b'), never);
    await expect(first).rejects.toThrow('a failed');
    await expect(second).resolves.toBe('b');
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('drops a task that was cancelled while it waited', async () => {
    const enqueue = createTaskQueue();
    const controller = new AbortController();
    let ran = false;
    const first = enqueue(() => new Promise((resolve) => setTimeout(resolve, 5)), never);
    const second = enqueue(() => Promise.resolve((ran = true)), controller.signal);
    controller.abort();
    await first;
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    expect(ran).toBe(false);
  });
});
