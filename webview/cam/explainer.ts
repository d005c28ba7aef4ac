import type { Explanation } from '../../src/protocol/explanation';
import { RequestFailure } from '../../src/protocol/channel';
import type { Failure } from '../../src/protocol/messages';
import type { App, AppState, ImageState } from '../app';

/** Runs the model on the images of the list, one at a time, and fetches what switching classes needs. */
export interface Explainer {
  /** Starts what the state asks for; call it on every change. */
  sync(state: AppState): void;
  /** Stops the run of the image that is being explained. */
  cancel(): void;
  retry(imageId: string): void;
  /** Asks the model for one more class, once; after a failure again only when `again`. */
  requestClass(imageId: string, classIndex: number, again?: boolean): void;
  /** Why a class could not be mapped; null while it is under way. */
  findClassFailure(explanation: Explanation, classIndex: number): Failure | null;
}

export function createExplainer(app: App): Explainer {
  let running: { readonly imageId: string; readonly controller: AbortController } | null = null;
  /** Classes asked for beside the top ones, by the run's logits (kept when maps are added); null: under way. */
  const classRequests = new WeakMap<Float32Array, Map<number, Failure | null>>();

  function setImage(imageId: string, imageState: ImageState): void {
    app.update({ imageStates: new Map(app.state.imageStates).set(imageId, imageState) });
  }

  /** Another model or preprocessing has put the image back to waiting: its run is of no use. */
  function dropStale(state: AppState): void {
    if (running !== null && state.imageStates.get(running.imageId)?.status !== 'running') {
      running.controller.abort();
      running = null;
    }
  }

  async function explain(imageId: string): Promise<void> {
    const run = { imageId, controller: new AbortController() };
    running = run;
    setImage(imageId, { status: 'running' });
    const result = await requestExplanation(app, imageId, run.controller.signal);
    dropStale(app.state);
    if (running === run) {
      running = null;
      setImage(imageId, result);
      startNext(app.state);
    }
  }

  function startNext(state: AppState): void {
    const next = running === null ? findNext(state) : null;
    if (next !== null) {
      void explain(next);
    }
  }

  async function explainClass(imageId: string, explanation: Explanation, classIndex: number): Promise<void> {
    const requests = classRequests.get(explanation.logits) ?? new Map<number, Failure | null>();
    classRequests.set(explanation.logits, requests.set(classIndex, null));
    try {
      const answer = await app.channel.request('explain', { imageId, classes: [classIndex] });
      const known = app.state.imageStates.get(imageId);
      if (known?.status === 'explained' && known.explanation.logits === explanation.logits) {
        setImage(imageId, { status: 'explained', explanation: mergeMaps(known.explanation, answer) });
      }
    } catch (error: unknown) {
      requests.set(classIndex, toFailure(error));
      app.update({});
    }
  }

  return {
    sync(state) {
      dropStale(state);
      if (canExplain(state)) {
        startNext(state);
        if (state.classifier === null && state.images.length > 0) {
          void fetchClassifier(app);
        }
      }
    },
    cancel: () => running?.controller.abort(),
    retry(imageId) {
      setImage(imageId, { status: 'waiting' });
      startNext(app.state);
    },
    requestClass(imageId, classIndex, again = false) {
      const known = app.state.imageStates.get(imageId);
      if (known?.status === 'explained') {
        const asked = classRequests.get(known.explanation.logits)?.get(classIndex);
        if (asked === undefined || (again && asked !== null)) {
          void explainClass(imageId, known.explanation, classIndex);
        }
      }
    },
    findClassFailure: (explanation, classIndex) => classRequests.get(explanation.logits)?.get(classIndex) ?? null,
  };
}

async function requestExplanation(app: App, imageId: string, signal: AbortSignal): Promise<ImageState> {
  try {
    return { status: 'explained', explanation: await app.channel.request('explain', { imageId, classes: [] }, signal) };
  } catch (error: unknown) {
    return { status: 'failed', failure: toFailure(error) };
  }
}

async function fetchClassifier(app: App): Promise<void> {
  const { report } = app.state;
  app.update({ classifier: 'loading' });
  // Too large to send or not readable: classes are then asked for one by one.
  const classifier = await app.channel.request('classifierWeights', {}).catch(() => null);
  if (app.state.report === report) {
    app.update({ classifier: classifier ?? 'unavailable' });
  }
}

/** The model may run, and has a head whose maps add up. */
function canExplain(state: AppState): boolean {
  return state.trusted && state.report?.heads[0]?.exact === true;
}

/** The image on display comes first, then the list's order. */
function findNext(state: AppState): string | null {
  const isWaiting = (id: string): boolean => (state.imageStates.get(id)?.status ?? 'waiting') === 'waiting';
  const selected = state.images.find(({ id }) => id === state.choices.selectedImage && isWaiting(id));
  return (selected ?? state.images.find(({ id }) => isWaiting(id)))?.id ?? null;
}

/** The known explanation with the maps of further classes. */
function mergeMaps(known: Explanation, answer: Explanation): Explanation {
  const have = new Set(known.maps.map(({ classIndex }) => classIndex));
  return { ...known, maps: [...known.maps, ...answer.maps.filter(({ classIndex }) => !have.has(classIndex))] };
}

function toFailure(error: unknown): Failure {
  if (error instanceof RequestFailure) {
    return error.failure;
  }
  return { code: 'unexpected', message: error instanceof Error ? error.message : String(error), retry: true };
}
