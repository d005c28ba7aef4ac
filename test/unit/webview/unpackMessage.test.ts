import { describe, expect, it } from 'vitest';
import { packMessage } from '../../../src/host/packMessage';
import { inspectModel } from '../../../src/inspectModel';
import type { ToWebview } from '../../../src/protocol/messages';
import { createUnpacker } from '../../../webview/unpackMessage';

const answer: ToWebview = { kind: 'answer', id: 3, result: { maps: new Float32Array([1, 2]) } };

async function loaded(): Promise<ToWebview> {
  const report = await inspectModel('media/demo/efficientnet-lite0.onnx');
  return {
    kind: 'event',
    event: { type: 'modelLoaded', report, display: { colorMap: 'viridis', opacity: 0.5 }, trusted: true },
  };
}

/** Posts messages and waits for all of them. */
function deliver(messages: readonly ToWebview[]): Promise<ToWebview[]> {
  return new Promise((resolve, reject) => {
    const received: ToWebview[] = [];
    const unpack = createUnpacker((message) => {
      if (received.push(message) === messages.length) {
        resolve(received);
      }
    }, reject);
    messages.forEach((message) => unpack(packMessage(message)));
  });
}

describe('a message on its way to the page', () => {
  it('arrives as it was sent, a report by way of deflated bytes', async () => {
    const message = await loaded();
    const packed = packMessage(message);
    expect(packed.kind === 'packed' && packed.report.length).toBeLessThan(JSON.stringify(message).length / 4);
    expect(await deliver([message])).toEqual([message]);
  });

  it('stays what it is when it is small or holds bytes itself', () => {
    expect(packMessage(answer)).toBe(answer);
  });

  it('does not overtake a report that was sent before it', async () => {
    const message = await loaded();
    expect((await deliver([message, answer, message, answer])).map(({ kind }) => kind)).toEqual([
      'event',
      'answer',
      'event',
      'answer',
    ]);
  });

  it('is reported when it cannot be read, and what follows still arrives', async () => {
    const failures: unknown[] = [];
    const event = { type: 'modelLoaded', display: { colorMap: 'viridis', opacity: 0.5 }, trusted: true } as const;
    const received = await new Promise<ToWebview>((resolve) => {
      const unpack = createUnpacker(resolve, (error) => failures.push(error));
      unpack({ kind: 'packed', event, report: Uint8Array.of(255, 255) });
      unpack(answer);
    });
    expect(received).toBe(answer);
    expect(failures).toHaveLength(1);
  });
});
