import type { LayerExplanation } from '../../src/protocol/explanation';
import type { Failure } from '../../src/protocol/messages';
import type { App, LayerMapState } from '../app';
import { toFailure } from './explainer';
import { toMapKey } from './mapRequest';
import type { MapRequest } from './mapRequest';

/** Stopping a run ends its process, which then has to load the model again: what is soon done anyway is let finish. */
const GRACE_MS = 400;

const CANCELLED: Failure = { code: 'cancelled', message: 'Cancelled before it was drawn.', retry: true };

/** Asks the host for maps that are wanted and not there, one after the other, the most urgent first. */
export class LayerMaps {
  #running: { readonly key: string; readonly controller: AbortController; isSuperseded: boolean } | null = null;
  #wanted: readonly MapRequest[] = [];
  readonly #asked = new Set<string>();
  #grace: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly app: App) {}

  /** Says what is wanted now, in this order; what was wanted before and is not any more is not begun. */
  want(requests: readonly MapRequest[]): void {
    this.#wanted = requests;
    const running = this.#running;
    if (running === null) {
      this.#startNext();
    } else if (requests.some((request) => toMapKey(request) === running.key)) {
      clearTimeout(this.#grace);
      this.#grace = undefined;
    } else {
      this.#grace ??= setTimeout(() => {
        running.isSuperseded = true;
        running.controller.abort();
      }, GRACE_MS);
    }
  }

  /** Agrees to what takes long: such maps are drawn only once the user has pressed a button. */
  ask(requests: readonly MapRequest[]): void {
    requests.forEach((request) => this.#asked.add(toMapKey(request)));
    this.retry(requests);
  }

  isAsked(request: MapRequest): boolean {
    return this.#asked.has(toMapKey(request));
  }

  /** Stops those of the requests that are under way or still to come; they are not begun again by themselves. */
  cancel(requests: readonly MapRequest[]): void {
    const changed = new Map(this.app.state.layerMaps);
    for (const request of requests) {
      const key = toMapKey(request);
      if (this.#running?.key === key) {
        this.#running.controller.abort();
      } else if (!changed.has(key)) {
        changed.set(key, { request, status: 'failed', failure: CANCELLED });
      }
    }
    this.app.update({ layerMaps: changed });
  }

  /** Begins anew what failed or was cancelled. */
  retry(requests: readonly MapRequest[]): void {
    const changed = new Map(this.app.state.layerMaps);
    for (const key of requests.map(toMapKey)) {
      if (changed.get(key)?.status === 'failed') {
        changed.delete(key);
      }
    }
    this.app.update({ layerMaps: changed });
  }

  #startNext(): void {
    const { layerMaps } = this.app.state;
    const next = this.#wanted.find((request) => !layerMaps.has(toMapKey(request)));
    if (next && this.#running === null) {
      void this.#draw(next);
    }
  }

  async #draw(request: MapRequest): Promise<void> {
    const key = toMapKey(request);
    const run = { key, controller: new AbortController(), isSuperseded: false };
    this.#running = run;
    const { report } = this.app.state;
    this.#set({ request, status: 'running' });
    const result = await requestMap(this.app, request, run.controller.signal);
    clearTimeout(this.#grace);
    this.#grace = undefined;
    this.#running = null;
    // Another model or preprocessing, or the image was taken away: the answer is of no use any more.
    const isCurrent = this.app.state.report === report && this.app.state.layerMaps.get(key)?.status === 'running';
    if (isCurrent && run.isSuperseded && result.status === 'failed') {
      this.#forget(key);
    } else if (isCurrent) {
      this.#set({ request, ...result });
    }
    this.#startNext();
  }

  #set(changed: LayerMapState): void {
    this.app.update({ layerMaps: new Map(this.app.state.layerMaps).set(toMapKey(changed.request), changed) });
  }

  #forget(key: string): void {
    const layerMaps = new Map(this.app.state.layerMaps);
    layerMaps.delete(key);
    this.app.update({ layerMaps });
  }
}

async function requestMap(
  app: App,
  { classIndex, ...request }: MapRequest,
  signal: AbortSignal,
): Promise<{ status: 'drawn'; explanation: LayerExplanation } | { status: 'failed'; failure: Failure }> {
  try {
    const params = { ...request, classes: request.target === null ? [classIndex] : [], topCount: 0 };
    const explanation = await app.channel.request('explainLayer', params, signal);
    return { status: 'drawn', explanation: sharePicture(app, request.imageId, explanation) };
  } catch (error: unknown) {
    return { status: 'failed', failure: toFailure(error) };
  }
}

/** Every answer brings the same picture: the page keeps one of it. */
function sharePicture(app: App, imageId: string, explanation: LayerExplanation): LayerExplanation {
  const known = app.state.imageStates.get(imageId);
  return known?.status === 'explained' ? { ...explanation, inputPicture: known.explanation.inputPicture } : explanation;
}
