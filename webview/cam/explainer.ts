import type { Explanation, ImageAnswer, LayerExplanation } from '../../src/protocol/explanation';
import { RequestFailure } from '../../src/protocol/channel';
import { toMessage } from '../../src/protocol/errorMessage';
import type { Failure } from '../../src/protocol/messages';
import type { App, AppState, ImageState } from '../app';
import { isExact } from './chosenMap';
import { readClassChoices, readTargetChoices } from './explainedTarget';
import { toMapKey } from './mapRequest';
import type { MapRequest } from './mapRequest';

const CLASSIFIER_ATTEMPTS = 3;

/** Runs the model on the images of the list, one at a time, and fetches what switching classes needs. */
export class Explainer {
  #classifierFailures = 0;
  #running: { readonly imageId: string; readonly controller: AbortController } | null = null;
  /** Classes asked for beside the top ones, by the run's logits (kept when maps are added); null: under way. */
  readonly #classRequests = new WeakMap<Float32Array, Map<number, Failure | null>>();

  constructor(private readonly app: App) {}

  /** Starts what the state asks for; call it on every change. */
  sync(state: AppState): void {
    this.#dropStale(state);
    if (canExplain(state)) {
      this.#startNext(state);
      // After the first picture, which it would delay.
      if (state.classifier === null && hasExactExplanation(state)) {
        void this.#fetchClassifier();
      }
    }
  }

  /** Stops the run of the image that is being explained. */
  cancel(): void {
    this.#running?.controller.abort();
  }

  retry(imageId: string): void {
    this.#setImage(imageId, { status: 'waiting' });
    this.#startNext(this.app.state);
  }

  /** Asks the model for one more class, once; after a failure again only when `again`. */
  requestClass(imageId: string, classIndex: number, again = false): void {
    const known = this.app.state.imageStates.get(imageId);
    if (known?.status === 'explained' && isExact(known.explanation)) {
      const asked = this.#classRequests.get(known.explanation.logits)?.get(classIndex);
      if (asked === undefined || (again && asked !== null)) {
        void this.#explainClass(imageId, known.explanation, classIndex);
      }
    }
  }

  /** Why a class could not be mapped; null while it is under way. */
  findClassFailure(explanation: ImageAnswer, classIndex: number): Failure | null {
    return this.#classRequests.get(explanation.logits)?.get(classIndex) ?? null;
  }

  #setImage(imageId: string, imageState: ImageState): void {
    this.app.update({ imageStates: new Map(this.app.state.imageStates).set(imageId, imageState) });
  }

  /** The image was taken away, or another model or preprocessing has put it back to waiting: its run is of no use. */
  #dropStale(state: AppState): void {
    if (this.#running !== null && state.imageStates.get(this.#running.imageId)?.status !== 'running') {
      this.#running.controller.abort();
      this.#running = null;
    }
  }

  #startNext(state: AppState): void {
    const next = this.#running === null ? findNext(state) : null;
    if (next !== null) {
      void this.#explain(next);
    }
  }

  async #explain(imageId: string): Promise<void> {
    const run = { imageId, controller: new AbortController() };
    this.#running = run;
    this.#setImage(imageId, { status: 'running' });
    const usual = findUsualMap(this.app.state);
    const result = await requestExplanation(this.app, imageId, usual, run.controller.signal);
    this.#dropStale(this.app.state);
    if (this.#running === run) {
      this.#running = null;
      keepLayerMap(this.app, result, usual?.target ?? null);
      this.#setImage(imageId, result);
      this.#startNext(this.app.state);
    }
  }

  /** null from the host: too large to send, or different for every image; classes are then asked for one by one. */
  async #fetchClassifier(): Promise<void> {
    const { app } = this;
    const { report } = app.state;
    app.update({ classifier: 'loading' });
    let classifier: AppState['classifier'];
    try {
      classifier = (await app.channel.request('classifierWeights', {})) ?? 'unavailable';
    } catch {
      // Cancelling a run ends the process, and with it this request: worth another try, but not for ever.
      this.#classifierFailures += 1;
      classifier = this.#classifierFailures < CLASSIFIER_ATTEMPTS ? null : 'unavailable';
    }
    if (app.state.report === report) {
      app.update({ classifier });
    }
  }

  async #explainClass(imageId: string, explanation: Explanation, classIndex: number): Promise<void> {
    const requests = this.#classRequests.get(explanation.logits) ?? new Map<number, Failure | null>();
    this.#classRequests.set(explanation.logits, requests.set(classIndex, null));
    try {
      const answer = await this.app.channel.request('explain', { imageId, classes: [classIndex] });
      const known = this.app.state.imageStates.get(imageId);
      if (known?.status === 'explained' && known.explanation.logits === explanation.logits) {
        this.#setImage(imageId, {
          status: 'explained',
          explanation: mergeMaps(explanation, known.explanation, answer),
        });
      }
    } catch (error: unknown) {
      requests.set(classIndex, toFailure(error));
      this.app.update({});
    }
  }
}

async function requestExplanation(
  app: App,
  imageId: string,
  usual: UsualMap | null,
  signal: AbortSignal,
): Promise<ImageState> {
  try {
    return { status: 'explained', explanation: await requestAnswer(app, imageId, usual, signal) };
  } catch (error: unknown) {
    return { status: 'failed', failure: toFailure(error) };
  }
}

/** What is drawn of an image before anything is chosen, where no map is exact. */
type UsualMap = Pick<MapRequest, 'method' | 'layer' | 'target'>;

/** Of the most likely class, or of what the model has in place of classes; null: not known yet, or nothing. */
function findUsualMap(state: AppState): UsualMap | null {
  const classes = readClassChoices(state);
  const target = classes?.targets.usual?.target ?? null;
  const choices = target === null ? classes : readTargetChoices(state, target);
  return choices === null || choices.layerMethod === null
    ? null
    : { method: choices.layerMethod, layer: choices.layer, target };
}

/** Where no map is exact, what the model says comes with a map by the usual method. */
function requestAnswer(
  app: App,
  imageId: string,
  usual: UsualMap | null,
  signal: AbortSignal,
): Promise<Explanation | LayerExplanation> {
  if (hasExactHead(app.state) || usual === null) {
    return app.channel.request('explain', { imageId, classes: [] }, signal);
  }
  const params = { imageId, ...usual, classes: [], topCount: usual.target === null ? 1 : 0, contrast: null };
  return app.channel.request('explainLayer', params, signal);
}

function keepLayerMap(app: App, result: ImageState, target: MapRequest['target']): void {
  if (result.status === 'explained' && !isExact(result.explanation)) {
    const { explanation } = result;
    const { imageId, method, layer, contrast, maps } = explanation;
    const request = { imageId, method, layer, target, contrast, classIndex: maps[0].classIndex };
    const drawn = { status: 'drawn', request, explanation } as const;
    app.update({ layerMaps: new Map(app.state.layerMaps).set(toMapKey(request), drawn) });
  }
}

function hasExactExplanation({ imageStates }: AppState): boolean {
  return [...imageStates.values()].some((each) => each.status === 'explained' && isExact(each.explanation));
}

function hasExactHead({ report }: AppState): boolean {
  return report?.heads[0]?.exact === true;
}

/** The model may run, and a way to draw maps of it is known. */
function canExplain(state: AppState): boolean {
  return state.trusted && (hasExactHead(state) || findUsualMap(state) !== null);
}

/** The image on display comes first, then the list's order. */
function findNext(state: AppState): string | null {
  const isWaiting = (id: string): boolean => (state.imageStates.get(id)?.status ?? 'waiting') === 'waiting';
  const selected = state.images.find(({ id }) => id === state.choices.selectedImage && isWaiting(id));
  return (selected ?? state.images.find(({ id }) => isWaiting(id)))?.id ?? null;
}

/** An explanation with all maps known by now and those of the answer. */
function mergeMaps(explanation: Explanation, known: Explanation | LayerExplanation, answer: Explanation): Explanation {
  const maps = isExact(known) ? known.maps : [];
  const have = new Set(maps.map(({ classIndex }) => classIndex));
  return { ...explanation, maps: [...maps, ...answer.maps.filter(({ classIndex }) => !have.has(classIndex))] };
}

export function toFailure(error: unknown): Failure {
  if (error instanceof RequestFailure) {
    return error.failure;
  }
  return { code: 'unexpected', message: toMessage(error), retry: true };
}
