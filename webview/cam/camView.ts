import { html, nothing, render } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { App, AppState, CreateView, ImageState, View } from '../app';
import './cam.css';
import { createCamActions } from './camActions';
import type { CamActions } from './camActions';
import { ChannelGallery } from './channelGallery';
import { createClassPanel } from './classPanel';
import { displayControls } from './displayControls';
import { acceptDrops } from './dropTarget';
import { failureCover, findObstacle, runningCover, withoutImages } from './emptyStates';
import { Explainer } from './explainer';
import { exportBar } from './exportBar';
import { imageStrip } from './imageStrip';
import { ledgerPanel } from './ledgerPanel';
import { describeMap } from './mapNotice';
import { preprocessingPanel } from './preprocessingPanel';
import { SceneReader } from './scene';
import type { ExplainedScene, Scene, ShownMap } from './scene';
import { Stage } from './stage';

/** Class activation maps of the user's images: what the model sees, channel by channel, with numbers that add up. */
export const createCamView: CreateView = (app) => new CamView(app);

class CamView implements View {
  readonly element = document.createElement('section');
  readonly #explainer: Explainer;
  readonly #actions: CamActions;
  readonly #scenes = new SceneReader();
  readonly #stage = new Stage();
  readonly #gallery: ChannelGallery;
  readonly #classPanel: ReturnType<typeof createClassPanel>;
  #hasDrawn = false;
  /** What became of the last save, copy or other request. */
  #report = '';

  constructor(private readonly app: App) {
    this.element.className = 'cam-view';
    this.element.setAttribute('aria-label', 'Class activation maps');
    this.#explainer = new Explainer(app);
    this.#actions = createCamActions(app, this.#explainer, this.#tell);
    this.#gallery = new ChannelGallery(this.#actions);
    this.#classPanel = createClassPanel(this.#actions);
    acceptDrops(this.element, this.#actions.addImages);
  }

  draw(state: AppState): void {
    this.#explainer.sync(state);
    const obstacle = findObstacle(state, this.#actions);
    const scene = obstacle ? null : this.#scenes.read(state);
    if (scene) {
      askForClasses(scene, state, this.#explainer);
    }
    render(
      obstacle ?? (scene ? this.#sceneTemplate(state, scene) : withoutImages(this.#report, this.#actions)),
      this.element,
    );
    this.#stage.paint();
    if (scene?.explained?.shown && !this.#hasDrawn) {
      this.#hasDrawn = true;
      this.app.channel.send({ type: 'drawn', view: 'cam', elapsedMs: performance.now() });
    }
  }

  shown(): void {
    this.#stage.paint();
  }

  readonly #tell = (message: string): void => {
    this.#report = message;
    this.app.update({});
  };

  #sceneTemplate(state: AppState, scene: Scene): TemplateResult {
    const { explained, labels, item } = scene;
    const shown = explained?.shown ?? null;
    if (explained && shown) {
      this.#gallery.draw(scene, explained, shown);
    }
    const strip = { images: state.images, imageStates: state.imageStates, selected: item.id, labels };
    return html`${imageStrip(strip, this.#actions)}
      <div class="cam-columns">
        <div class="cam-main">${this.#mainTemplate(state, scene, shown)}</div>
        <div class="cam-side">${this.#sideTemplate(state, scene, shown)}</div>
      </div>
      ${shown ? this.#gallery.element : placeholder('Channels', scene.imageState)}`;
  }

  #mainTemplate(state: AppState, scene: Scene, shown: ShownMap | null): TemplateResult {
    const { explained, item, cam } = scene;
    const explanation = explained?.explanation ?? null;
    const title = explained?.title ?? item.name;
    const cover = findCover(scene, this.#explainer, this.#actions);
    this.#stage.draw({ explanation, shown, title, opacity: state.choices.opacity, cover });
    const model = state.report?.file.name ?? '';
    return html`${heading(title, shown, this.#actions)} ${this.#stage.element}
      ${shown ? notice(shown, this.#actions) : nothing}
      ${displayControls(state.choices, cam, explanation === null || explanation.receptiveField !== null, this.#actions)}
      ${explained && shown ? exportBar({ scene, explained, shown, model }, this.app, this.#tell) : nothing}
      <p class="cam-report" role="status">${this.#report}</p>`;
  }

  #sideTemplate(state: AppState, scene: Scene, shown: ShownMap | null): TemplateResult {
    const { explained } = scene;
    const isContrast = explained?.target.contrastClass !== null;
    return html`${explained ? this.#classPanel(scene, explained) : placeholder('Classes', scene.imageState)}
    ${
      shown
        ? ledgerPanel(shown, state.report?.heads[0]?.reason ?? null, isContrast, this.#actions)
        : placeholder('What makes the logit', scene.imageState)
    }
    ${preprocessingPanel(state.settings, explained?.explanation ?? null, this.#actions)}`;
  }
}

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

function heading(title: string, shown: ShownMap | null, actions: CamActions): TemplateResult {
  const channel = shown?.channel ?? null;
  return html`<div class="cam-heading">
    <h2 title=${title}>${title}</h2>
    ${channel === null ? nothing : channelChip(channel, actions)}
  </div>`;
}

function channelChip(channel: number, actions: CamActions): TemplateResult {
  const label = 'Show the map of the class again';
  const clear = (): void => actions.choose({ selectedChannel: null });
  return html`<span class="cam-chip">
    <span>channel ${channel}</span><button aria-label=${label} title=${label} @click=${clear}>×</button>
  </span>`;
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
function placeholder(title: string, imageState: ImageState): TemplateResult {
  const isBusy = imageState.status !== 'failed';
  return html`<section class="cam-panel cam-placeholder" aria-busy=${isBusy}>
    <h2>${title}</h2>
    ${isBusy ? html`<div class="cam-skeleton"></div>` : html`<p class="cam-note">Nothing to show: the model did not finish.</p>`}
  </section>`;
}
