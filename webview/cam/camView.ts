import { html, nothing, render } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { AppState, CreateView } from '../app';
import './cam.css';
import { createCamActions } from './camActions';
import type { CamActions } from './camActions';
import { createChannelGallery } from './channelGallery';
import { createClassPanel } from './classPanel';
import { displayControls } from './displayControls';
import { acceptDrops } from './dropTarget';
import { failureCover, findObstacle, runningCover, withoutImages } from './emptyStates';
import { createExplainer } from './explainer';
import type { Explainer } from './explainer';
import { exportBar } from './exportBar';
import { imageStrip } from './imageStrip';
import { ledgerPanel } from './ledgerPanel';
import { describeMap } from './mapNotice';
import { preprocessingPanel } from './preprocessingPanel';
import { createSceneReader } from './scene';
import type { ExplainedScene, Scene, ShownMap } from './scene';
import { createStage } from './stage';

/** Class activation maps of the user's images: what the model sees, channel by channel, with numbers that add up. */
export const createCamView: CreateView = (app) => {
  const element = document.createElement('section');
  element.className = 'cam-view';
  element.setAttribute('aria-label', 'Class activation maps');
  const explainer = createExplainer(app);
  let lastReport = '';
  const report = (message: string): void => {
    lastReport = message;
    app.update({});
  };
  const actions = createCamActions(app, explainer, report);
  const readScene = createSceneReader();
  const stage = createStage();
  const gallery = createChannelGallery(actions);
  const classPanel = createClassPanel(actions);
  acceptDrops(element, actions.addImages);

  function drawScene(state: AppState, scene: Scene): TemplateResult {
    const { explained } = scene;
    const shown = explained?.shown ?? null;
    const cover = findCover(scene, explainer, actions);
    stage.draw({
      explanation: explained?.explanation ?? null,
      shown,
      title: explained?.title ?? scene.item.name,
      opacity: state.choices.opacity,
      cover,
    });
    if (explained && shown) {
      gallery.draw(scene, explained, shown);
    }
    const model = state.report?.file.name ?? '';
    const strip = {
      images: state.images,
      imageStates: state.imageStates,
      selected: scene.item.id,
      labels: scene.labels,
    };
    return html`${imageStrip(strip, actions)}
      <div class="cam-columns">
        <div class="cam-main">
          ${heading(explained, shown, actions)} ${stage.element} ${shown ? notice(shown, actions) : nothing}
          ${displayControls(state.choices, scene.cam, explained?.explanation.receptiveField !== null, actions)}
          ${explained && shown ? exportBar({ scene, explained, shown, model }, app, report) : nothing}
          <p class="cam-report" role="status">${lastReport}</p>
        </div>
        <div class="cam-side">
          ${explained ? classPanel(scene, explained) : placeholder('Classes')}
          ${
            explained && shown
              ? ledgerPanel(
                  shown,
                  state.report?.heads[0]?.reason ?? null,
                  explained.target.contrastClass !== null,
                  actions,
                )
              : placeholder('What makes the logit')
          }
          ${preprocessingPanel(state.settings, explained?.explanation ?? null, actions)}
        </div>
      </div>
      ${explained && shown ? gallery.element : placeholder('Channels')}`;
  }

  return {
    element,
    draw(state) {
      explainer.sync(state);
      const obstacle = findObstacle(state, actions);
      const scene = obstacle ? null : readScene(state);
      if (scene) {
        askForClasses(scene, state, explainer);
      }
      render(obstacle ?? (scene ? drawScene(state, scene) : withoutImages(actions)), element);
      stage.paint();
    },
    shown: () => stage.paint(),
  };
};

/** Classes whose rows are not in the page come from the model. */
function askForClasses({ explained, item }: Scene, state: AppState, explainer: Explainer): void {
  if (explained && !explained.shown && state.classifier === 'unavailable') {
    for (const classIndex of findMissing(explained)) {
      explainer.requestClass(item.id, classIndex);
    }
  }
}

function findMissing({ explanation, target }: ExplainedScene): number[] {
  const have = new Set(explanation.maps.map(({ classIndex }) => classIndex));
  return [target.classIndex, target.contrastClass]
    .filter((index) => index !== null)
    .filter((index) => !have.has(index));
}

/** What lies over the picture: progress, a failure, or nothing. */
function findCover(scene: Scene, explainer: Explainer, actions: CamActions): TemplateResult | typeof nothing {
  const { imageState, item, explained } = scene;
  if (imageState.status === 'failed') {
    return failureCover(imageState.failure, () => actions.retry(item.id), actions);
  }
  if (!explained) {
    return runningCover(`Running the model on ${item.name}…`, actions);
  }
  if (explained.shown) {
    return nothing;
  }
  for (const classIndex of findMissing(explained)) {
    const failure = explainer.findClassFailure(explained.explanation, classIndex);
    if (failure) {
      return failureCover(failure, () => explainer.requestClass(item.id, classIndex, true), actions);
    }
  }
  return html`<div class="cam-cover cam-delayed" role="status">
    <progress></progress><span>Computing the map of ${explained.title}…</span>
  </div>`;
}

function heading(explained: ExplainedScene | null, shown: ShownMap | null, actions: CamActions): TemplateResult {
  const channel = shown?.channel ?? null;
  return html`<div class="cam-heading">
    <h2 title=${explained?.title ?? ''}>${explained?.title ?? ' '}</h2>
    ${
      channel === null
        ? nothing
        : html`<span class="cam-chip"
            >channel ${channel}<button
              aria-label="Show the map of the class again"
              title="Show the map of the class again"
              @click=${() => actions.choose({ selectedChannel: null })}
            >
              ×
            </button></span
          >`
    }
  </div>`;
}

function notice(shown: ShownMap, actions: CamActions): TemplateResult | typeof nothing {
  const found = describeMap(shown.overlay.map, shown.overlay.scale.sign);
  if (!found) {
    return nothing;
  }
  const { text, remedy } = found;
  return html`<p class="cam-notice" role="status">
    ${text}
    ${remedy ? html`<button class="cam-link" @click=${() => actions.choose({ sign: remedy.sign })}>${remedy.label}</button>` : nothing}
  </p>`;
}

/** Keeps the room of a panel while there is nothing to fill it, so that nothing jumps. */
function placeholder(title: string): TemplateResult {
  return html`<section class="cam-panel cam-placeholder" aria-busy="true">
    <h2>${title}</h2>
    <div class="cam-skeleton"></div>
  </section>`;
}
