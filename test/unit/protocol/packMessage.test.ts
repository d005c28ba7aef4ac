import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspectModel';
import type { ToWebview } from '../../../src/protocol/messages';
import { packMessage, unpackMessage } from '../../../src/protocol/packMessage';

describe('a message on its way to the page', () => {
  it('arrives as it was sent, a report by way of bytes', async () => {
    const report = await inspectModel('media/demo/efficientnet-lite0.onnx');
    const display = { colorMap: 'viridis', opacity: 0.5 };
    const message: ToWebview = { kind: 'event', event: { type: 'modelLoaded', report, display, trusted: true } };
    const packed = packMessage(message);
    expect(packed.kind).toBe('packed');
    expect(unpackMessage(packed)).toEqual(message);
  });

  it('stays what it is when it is small or holds bytes itself', () => {
    const message: ToWebview = { kind: 'answer', id: 3, result: { maps: new Float32Array([1, 2]) } };
    expect(packMessage(message)).toBe(message);
    expect(unpackMessage(message)).toBe(message);
  });
});
