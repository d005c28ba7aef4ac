import { html, nothing, render } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { MapChoices } from '../../src/protocol/mapChoices';
import { nameScore, speakOf } from '../../src/protocol/scoreName';
import type { TargetChoice, TargetOffers } from '../../src/protocol/target';
import type { App, AppState, CreateView, ImageState, View } from '../app';
import './cam.css';
import { createCamActions } from './camActions';
import type { CamActions } from './camActions';
import { ChannelGallery } from './channelGallery';
import { fetchMapChoices } from '../mapChoices';
import { findBoxRegion } from './boxRegion';
import { readMapChoices, toMapRequest } from './chosenMap';
import { createClassPanel } from './classPanel';
import { displayControls } from './displayControls';
import { acceptDrops } from './dropTarget';
import { createComparePanel, listComparedMaps } from './comparePanel';
import { findCover, findMissing } from './cover';
import { findObstacle, withoutImages } from './emptyStates';
import { findTargetChoice, readClassChoices } from './explainedTarget';
import { Explainer } from './explainer';
import { exportBar } from './exportBar';
import { imageStrip } from './imageStrip';
import { ledgerPanel } from './ledgerPanel';
import { LayerMaps } from './layerMaps';
import type { MapRequest } from './mapRequest';
import { methodPanel } from './methodPanel';
import { notice } from './notice';
import { readMapInView } from './mapInView';
import { preprocessingPanel } from './preprocessingPanel';
import { SceneReader } from './scene';
import type { ExplainedScene, Scene, ShownMap } from './scene';
import { Stage } from './stage';
import { targetForm } from './targetForm';
import { targetPanel } from './targetPanel';
import { createTargetText } from './targetText';
import { findStageMethod, listRequests, listStageMaps, stagesPanel } from './stagesPanel';

/** Class activation maps of the user's images: what the model sees, channel by channel, with numbers that add up. */
export const createCamView: CreateView = (app) => new CamView(app);

class CamView implements View {
  readonly element = document.createElement('section');
  readonly #explainer: Explainer;
  readonly #layerMaps: LayerMaps;
  readonly #actions: CamActions;
  readonly #scenes = new SceneReader();
  readonly #stage = new Stage();
  readonly #gallery: ChannelGallery;
  readonly #classPanel: ReturnType<typeof createClassPanel>;
  readonly #comparePanel: ReturnType<typeof createComparePanel>;
  readonly #targetText: ReturnType<typeof createTargetText>;
  #hasDrawn = false;
  /** As the host was told. */
  #mapInView = 'null';
  /** What became of the last save, copy or other request. */
  #report = '';

  constructor(private readonly app: App) {
    this.element.className = 'cam-view';
    this.element.setAttribute('aria-label', 'Class activation maps');
    this.#explainer = new Explainer(app);
    this.#layerMaps = new LayerMaps(app);
    this.#actions = createCamActions(app, this.#explainer, this.#layerMaps, this.#tell);
    this.#gallery = new ChannelGallery(this.#actions);
    this.#classPanel = createClassPanel(this.#actions);
    this.#comparePanel = createComparePanel(this.#actions);
    this.#targetText = createTargetText(this.#actions);
    acceptDrops(this.element, this.#actions.addImages);
  }

  draw(state: AppState): void {
    this.#explainer.sync(state);
    const obstacle = findObstacle(state, this.#actions);
    const scene = obstacle ? null : this.#scenes.read(state);
    if (scene || state.report?.heads[0]?.exact === false) {
      void fetchMapChoices(this.app);
    }
    if (scene) {
      this.#askForClasses(state, scene);
      this.#layerMaps.want(this.#listWanted(state, scene));
    }
    render(
      html`<h1 class="visually-hidden">Class activation maps</h1>
        ${obstacle ?? (scene ? this.#sceneTemplate(state, scene) : withoutImages(this.#report, this.#actions))}`,
      this.element,
    );
    this.#stage.paint();
    this.#tellShown(scene);
    if (scene?.explained?.shown && !this.#hasDrawn) {
      this.#hasDrawn = true;
      this.app.channel.send({ type: 'drawn', view: 'cam', elapsedMs: performance.now() });
    }
  }

  shown(): void {
    this.#stage.paint();
  }

  /** The host begins from it where it asks for a way to draw maps. While another map is drawn, the last one counts. */
  #tellShown(scene: Scene | null): void {
    const map = scene && readMapInView(scene);
    const text = JSON.stringify(map);
    if (map !== undefined && text !== this.#mapInView) {
      this.#mapInView = text;
      this.app.channel.send({ type: 'mapShown', map });
    }
  }

  /** Classes whose rows are not in the page come from the model. */
  #askForClasses(state: AppState, { explained, item, chosen, cam }: Scene): void {
    if (explained && chosen.kind === 'exact' && state.classifier === 'unavailable') {
      const { classIndex, contrastClass } = explained.target;
      for (const missing of findMissing(explained.answer, [classIndex, contrastClass, ...cam.compared])) {
        this.#explainer.requestClass(item.id, missing);
      }
    }
  }

  /** Maps that other methods than the exact one have to draw: what is looked at first. */
  #listWanted(state: AppState, scene: Scene): readonly MapRequest[] {
    const { explained, chosen, cam } = scene;
    const choices = readMapChoices(state);
    if (!explained || !choices) {
      return [];
    }
    // Those of methods of many runs only once the user has asked for them.
    const isQuick = chosen.kind !== 'layer' || chosen.method.kind !== 'sampled';
    const compared = listComparedMaps(state, scene, explained, this.#scenes.maps)
      .flatMap(({ request }) => request ?? [])
      .filter((request) => isQuick || this.#layerMaps.isAsked(request));
    return [
      ...(chosen.kind === 'layer' ? [toMapRequest(chosen, explained.answer, explained.target)] : []),
      ...compared,
      ...(cam.showsStages ? this.#listStageRequests(state, scene, explained, choices) : []),
    ];
  }

  /** Those of methods of many runs only once the user has asked for them. */
  #listStageRequests(
    state: AppState,
    scene: Scene,
    explained: ExplainedScene,
    choices: MapChoices,
  ): readonly MapRequest[] {
    const isQuick = findStageMethod(scene.chosen, choices)?.kind !== 'sampled';
    const requests = listRequests(listStageMaps(state, scene, explained, choices));
    return requests.filter((request) => isQuick || this.#layerMaps.isAsked(request));
  }

  readonly #tell = (message: string): void => {
    this.#report = message;
    this.app.update({});
  };

  #sceneTemplate(state: AppState, scene: Scene): TemplateResult {
    const { explained, labels, item } = scene;
    const shown = explained?.shown ?? null;
    if (shown?.kind === 'exact') {
      this.#gallery.draw(scene, shown);
    }
    const strip = { images: state.images, imageStates: state.imageStates, selected: item.id, labels };
    return html`${imageStrip(strip, this.#actions)}
      <div class="cam-columns">
        <div class="cam-main">${this.#mainTemplate(state, scene, shown)}</div>
        <div class="cam-side">${this.#sideTemplate(state, scene, shown)}</div>
      </div>
      ${explained ? this.#sidesTemplate(state, scene, explained) : nothing}
      ${shown?.kind === 'exact' ? this.#gallery.element : nothing}
      ${shown || scene.chosen.kind === 'layer' ? nothing : placeholder('Channels', scene.imageState)}`;
  }

  #mainTemplate(state: AppState, scene: Scene, shown: ShownMap | null): TemplateResult {
    const { explained, item, cam } = scene;
    const explanation = shown?.explanation ?? explained?.answer ?? null;
    const title = explained?.title ?? item.name;
    const cover = findCover(state, scene, this.#explainer, this.#actions);
    const target = findTargetChoice(state);
    const region =
      explanation && target?.kind === 'box' ? findBoxRegion(state, target, explanation, this.#actions) : null;
    this.#stage.draw({ explanation, shown, title, opacity: state.choices.opacity, region, cover });
    const model = state.report?.file.name ?? '';
    return html`${heading(title, shown, this.#actions)} ${this.#stage.element}
      ${shown ? notice(scene, shown, readMapChoices(state), this.#actions) : nothing}
      ${displayControls(state.choices, cam, explanation === null || explanation.receptiveField !== null, this.#actions)}
      ${explained && shown ? exportBar({ scene, explained, shown, model }, this.app, this.#tell) : nothing}
      <p class="cam-report" role="status">${this.#report}</p>`;
  }

  #sideTemplate(state: AppState, scene: Scene, shown: ShownMap | null): TemplateResult {
    const { explained, chosen } = scene;
    const target = findTargetChoice(state);
    const offers = readClassChoices(state)?.targets ?? null;
    const what =
      offers &&
      html`${targetForm({ scene, target, offers, images: state.images }, this.#actions)}${this.#targetText(target)}`;
    return html`${this.#targetTemplate(state, scene, target, offers)}
    ${methodPanel({ scene, choices: readMapChoices(state), what }, this.#actions)}
    ${chosen.kind === 'layer' || target ? nothing : this.#ledgerTemplate(state, scene, shown)}
    ${preprocessingPanel(state.settings, explained?.answer ?? null, this.#actions)}`;
  }

  #targetTemplate(
    { report }: AppState,
    scene: Scene,
    target: TargetChoice | null,
    offers: TargetOffers | null,
  ): TemplateResult {
    const { explained, imageState } = scene;
    if (target && offers) {
      return targetPanel(scene, target, offers, this.#actions);
    }
    return explained && !target ? this.#classPanel(scene, explained, report) : placeholder('Classes', imageState);
  }

  #ledgerTemplate(state: AppState, { explained, imageState }: Scene, shown: ShownMap | null): TemplateResult {
    const isContrast = explained?.target.contrastClass !== null;
    const head = state.report?.heads[0];
    const score = nameScore(head?.classes ?? null, (head?.activation ?? null) !== null);
    return shown?.kind === 'exact'
      ? ledgerPanel(shown, state.report?.heads[0]?.reason ?? null, isContrast, this.#actions)
      : placeholder(speakOf(score, 'What makes the logit'), imageState);
  }

  /** The same image by class and by stage. */
  #sidesTemplate(state: AppState, scene: Scene, explained: ExplainedScene): TemplateResult {
    const choices = readMapChoices(state);
    const { maps } = this.#scenes;
    return html`${findTargetChoice(state) || explained.answer.logits.length < 2 ? nothing : this.#comparePanel({ state, scene, explained, maps })}
    ${choices ? stagesPanel({ state, scene, explained, choices, maps }, this.#actions) : nothing}`;
  }
}

function heading(title: string, shown: ShownMap | null, actions: CamActions): TemplateResult {
  const channel = shown?.kind === 'exact' ? shown.channel : null;
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

/** Keeps the room of a panel while there is nothing to fill it, so that nothing jumps. */
function placeholder(title: string, imageState: ImageState): TemplateResult {
  const isBusy = imageState.status !== 'failed';
  return html`<section class="cam-panel cam-placeholder" aria-busy=${isBusy}>
    <h2>${title}</h2>
    ${isBusy ? html`<div class="cam-skeleton"></div>` : html`<p class="cam-note">Nothing to show: the model did not finish.</p>`}
  </section>`;
}
