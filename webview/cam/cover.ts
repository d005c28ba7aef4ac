import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { AppState } from '../app';
import type { CamActions } from './camActions';
import { isExact, toMapRequest } from './chosenMap';
import { failureCover, runningCover } from './emptyStates';
import type { Explainer } from './explainer';
import { toMapKey } from './mapRequest';
import type { ExplainedScene, Scene } from './scene';

/** What lies over the picture: progress, a failure, or nothing. */
export function findCover(
  state: AppState,
  scene: Scene,
  explainer: Explainer,
  actions: CamActions,
): TemplateResult | typeof nothing {
  const { imageState, item, explained, chosen } = scene;
  if (imageState.status === 'failed') {
    return failureCover(imageState.failure, () => actions.retry(item.id), actions);
  }
  if (!explained) {
    return runningCover(`Running the model on ${item.name}…`, actions.cancel);
  }
  if (explained.shown) {
    return nothing;
  }
  if (chosen.kind === 'layer') {
    return layerCover(state, explained, chosen, actions);
  }
  const { classIndex: first, contrastClass } = explained.target;
  for (const classIndex of chosen.kind === 'exact' ? findMissing(explained.answer, [first, contrastClass]) : []) {
    const failure = explainer.findClassFailure(explained.answer, classIndex);
    if (failure) {
      return failureCover(failure, () => explainer.requestClass(item.id, classIndex, true), actions);
    }
  }
  return waitingCover(`Computing the map of ${explained.title}…`);
}

/** Those of the classes whose maps the model has not sent; null is none. */
export function findMissing(answer: ExplainedScene['answer'], classes: readonly (number | null)[]): readonly number[] {
  const have = new Set(isExact(answer) ? answer.maps.map(({ classIndex }) => classIndex) : []);
  return classes.filter((classIndex) => classIndex !== null).filter((classIndex) => !have.has(classIndex));
}

function layerCover(
  { layerMaps, tasks }: AppState,
  { answer, target, title }: ExplainedScene,
  chosen: Extract<Scene['chosen'], { kind: 'layer' }>,
  actions: CamActions,
): TemplateResult {
  const request = toMapRequest(chosen, answer, target);
  const known = layerMaps.get(toMapKey(request));
  return known?.status === 'failed'
    ? failureCover(known.failure, () => actions.retryMaps([request]), actions)
    : runningCover(
        `Drawing ${title} by ${chosen.method.name}…`,
        () => actions.cancelMaps([request]),
        known === undefined ? null : readFraction(tasks),
      );
}

/** Of the model's only task; of several nobody can say which this is. */
function readFraction(tasks: AppState['tasks']): number | null {
  const [first, ...others] = tasks.values();
  return others.length > 0 ? null : (first?.fraction ?? null);
}

function waitingCover(text: string): TemplateResult {
  return html`<div class="cam-cover cam-delayed" role="status"><progress></progress><span>${text}</span></div>`;
}
