import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestFailure } from '../../../../src/protocol/channel';
import { LayerMaps } from '../../../../webview/cam/layerMaps';
import type { MapRequest } from '../../../../webview/cam/mapRequest';
import { toMapKey } from '../../../../webview/cam/mapRequest';
import { createExplanation, createLayerExplanation, createReport, createState, createTestApp } from './builders';

const request = (classIndex: number): MapRequest => ({
  imageId: 'a.png',
  method: 'gradcam',
  layer: 'early',
  target: null,
  classIndex,
  contrast: null,
});

function start() {
  const explanation = createExplanation();
  const test = createTestApp(
    createState(['a.png'], { imageStates: new Map([['a.png', { status: 'explained', explanation }]]) }),
  );
  const maps = new LayerMaps(test.app);
  const statusOf = (classIndex: number) => test.app.state.layerMaps.get(toMapKey(request(classIndex)))?.status;
  const asked = () => test.find('explainLayer').map(({ params }) => (params as { classes: number[] }).classes[0]);
  return Object.assign(test, { maps, statusOf, asked });
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const cancelled = new RequestFailure({ code: 'cancelled', message: '', retry: true });

describe('LayerMaps', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('draws what is wanted one after the other, in the order given, and each once', async () => {
    const { maps, find, asked, statusOf, app } = start();
    maps.want([request(2), request(0)]);
    maps.want([request(2), request(0)]);
    expect([asked(), statusOf(2), statusOf(0)]).toEqual([[2], 'running', undefined]);
    const picture = { width: 1, height: 1, rgba: new Uint8ClampedArray(4) };
    find('explainLayer')[0].resolve(createLayerExplanation({ inputPicture: picture }));
    await settle();
    expect([asked(), statusOf(2)]).toEqual([[2, 0], 'drawn']);
    const drawn = app.state.layerMaps.get(toMapKey(request(2)));
    const known = app.state.imageStates.get('a.png');
    // One picture for all maps of an image.
    expect(drawn?.status === 'drawn' && drawn.explanation.inputPicture).toBe(
      known?.status === 'explained' && known.explanation.inputPicture,
    );
    find('explainLayer')[1].resolve(createLayerExplanation());
    await settle();
    maps.want([request(0), request(2)]);
    expect(asked()).toEqual([2, 0]);
  });

  it('lets a run finish that is soon done though nobody wants it any more, and stops one that is not', async () => {
    const { maps, find, asked, statusOf } = start();
    maps.want([request(2)]);
    maps.want([request(1)]);
    expect(find('explainLayer')[0].signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(find('explainLayer')[0].signal?.aborted).toBe(true);
    find('explainLayer')[0].reject(cancelled);
    await settle();
    // As if it had never been asked for: it may be wanted again.
    expect([asked(), statusOf(2)]).toEqual([[2, 1], undefined]);
  });

  it('does not stop what is wanted again in time', async () => {
    const { maps, find } = start();
    maps.want([request(2)]);
    maps.want([request(1)]);
    maps.want([request(2)]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(find('explainLayer')[0].signal?.aborted).toBe(false);
  });

  it('stops everything on cancel, also what is still to come, until asked to go on', async () => {
    const { maps, find, asked, statusOf } = start();
    const all = [request(2), request(0)];
    maps.want(all);
    maps.cancel(all);
    expect(find('explainLayer')[0].signal?.aborted).toBe(true);
    find('explainLayer')[0].reject(cancelled);
    await settle();
    maps.want(all);
    expect([asked(), statusOf(2), statusOf(0)]).toEqual([[2], 'failed', 'failed']);
    maps.retry(all);
    maps.want(all);
    expect(asked()).toEqual([2, 2]);
  });

  it('keeps why a map could not be drawn, and goes on with the next', async () => {
    const { maps, find, asked, app } = start();
    maps.want([request(2), request(1)]);
    const failure = { code: 'notDifferentiable', message: 'MyOp has no derivative.', retry: false };
    find('explainLayer')[0].reject(new RequestFailure(failure));
    await settle();
    expect(app.state.layerMaps.get(toMapKey(request(2)))).toMatchObject({ status: 'failed', failure });
    expect(asked()).toEqual([2, 1]);
  });

  it('drops the answer of a model that has been read anew', async () => {
    const { maps, find, app } = start();
    maps.want([request(2)]);
    app.update({ report: createReport(), layerMaps: new Map() });
    maps.want([]);
    find('explainLayer')[0].resolve(createLayerExplanation());
    await settle();
    expect(app.state.layerMaps.size).toBe(0);
  });
});
