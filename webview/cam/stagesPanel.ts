import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { LayerChoice, MapChoices, MethodChoice } from '../../src/protocol/mapChoices';
import { nameScoreOf, speakOf } from '../../src/protocol/scoreName';
import type { AppState } from '../app';
import type { CamActions } from './camActions';
import { chooseLayer, findMethod, toMapRequest } from './chosenMap';
import type { ChosenMap } from './chosenMap';
import { formatNumber } from './formatNumber';
import { mapCard, toPending } from './mapCard';
import type { MapCard } from './mapCard';
import { findDrawn, readNumbers } from './mapReader';
import type { FoundMap, MapReader } from './mapReader';
import type { MapRequest } from './mapRequest';
import { toMapKey } from './mapRequest';
import { describeLayer } from './methodPanel';
import type { ExplainedScene, Scene } from './scene';
import { toOverlay, toScale } from './toOverlay';

/** The chosen class at the last map of one stage. */
interface StageMap {
  readonly stage: LayerChoice;
  /** null: the exact map, which is there. */
  readonly request: MapRequest | null;
  readonly found: FoundMap | null;
}

/** The chosen method, or the one for any layer where that draws at one place only. */
export function findStageMethod(chosen: ChosenMap, choices: MapChoices): MethodChoice | null {
  return chosen.kind === 'layer' && chosen.method.place === 'layer'
    ? chosen.method
    : findMethod(choices, choices.layerMethod);
}

/** From the image on. */
export function listStageMaps(
  state: AppState,
  { chosen }: Scene,
  { answer, target, shown }: ExplainedScene,
  choices: MapChoices,
): readonly StageMap[] {
  const method = findStageMethod(chosen, choices);
  if (method === null) {
    return [];
  }
  const stated = chosen.kind === 'layer' ? chosen.target : null;
  const isShown = chosen.kind === 'layer' && chosen.method === method && chosen.layer !== null;
  const beside = [...new Set([...choices.stages.map(({ tensor }) => tensor), ...(isShown ? [chosen.layer] : [])])];
  return [...choices.stages].reverse().map((stage) => {
    if (shown?.kind === 'exact' && stage.tensor === choices.layer) {
      return {
        stage,
        request: null,
        found: { kind: 'exact', explanation: shown.explanation, evidence: shown.evidence },
      };
    }
    const request = { ...toMapRequest({ method, layer: stage.tensor, target: stated }, answer, target), beside };
    return { stage, request, found: findDrawn(state, request) };
  });
}

/** Those that the host has to be asked for. */
export function listRequests(stageMaps: readonly StageMap[]): readonly MapRequest[] {
  return stageMaps.flatMap(({ request, found }) => (request === null || found !== null ? [] : [request]));
}

interface StagesPanel {
  readonly state: AppState;
  readonly scene: Scene;
  readonly explained: ExplainedScene;
  readonly choices: MapChoices;
  readonly maps: MapReader;
}

/** The same image through the stages of the network; filled while one looks at it. */
export function stagesPanel(panel: StagesPanel, actions: CamActions): TemplateResult | typeof nothing {
  const { state, scene, explained, choices } = panel;
  const stageMaps = listStageMaps(state, scene, explained, choices);
  if (stageMaps.length === 0) {
    return nothing;
  }
  const isOpen = scene.cam.showsStages;
  const label = isOpen ? 'Hide the stages' : `Draw ${explained.title} at ${stageMaps.length} stages`;
  return html`<section class="cam-panel" aria-labelledby="cam-stages-title">
    <div class="cam-panel-head">
      <h2 id="cam-stages-title">Through the stages</h2>
      <div class="cam-actions">
        ${isOpen ? progress(panel, stageMaps, actions) : nothing}
        <button
          class="cam-button cam-secondary"
          aria-expanded=${isOpen}
          aria-label=${label}
          @click=${() => actions.chooseCam({ showsStages: !isOpen })}
        >
          ${isOpen ? 'Hide' : 'Show'}
        </button>
      </div>
    </div>
    ${
      isOpen
        ? html`<div class="cam-maps">${stageMaps.map((each) => mapCard(toCard(panel, each, actions)))}</div>
            <p class="cam-note">${describeStages(scene, explained, choices)}</p>`
        : nothing
    }
  </section>`;
}

function progress(
  { state: { layerMaps }, scene, choices }: StagesPanel,
  stageMaps: readonly StageMap[],
  actions: CamActions,
): TemplateResult | typeof nothing {
  const missing = listRequests(stageMaps);
  const failed = missing.filter((request) => layerMaps.get(toMapKey(request))?.status === 'failed');
  if (missing.length === 0) {
    return nothing;
  }
  const method = findStageMethod(scene.chosen, choices);
  const isBegun = missing.some((request) => layerMaps.has(toMapKey(request)));
  if (method?.kind === 'sampled' && !isBegun) {
    return html`<button class="cam-button" title=${method.cost} @click=${() => actions.askForMaps(missing)}>
      Draw what is missing: many runs for each
    </button>`;
  }
  const done = stageMaps.length - missing.length;
  return html`<span class="cam-quiet" role="status">${done} of ${stageMaps.length} drawn</span> ${
      failed.length === missing.length
        ? html`<button class="cam-button" @click=${() => actions.askForMaps(failed)}>Go On</button>`
        : html`<button
            class="cam-button cam-secondary"
            aria-label="Stop drawing stages"
            @click=${() => actions.cancelMaps(missing)}
          >
            Cancel
          </button>`
    }`;
}

function toCard(
  { state, scene, choices, maps }: StagesPanel,
  { stage, request, found }: StageMap,
  actions: CamActions,
): MapCard {
  const { chosen } = scene;
  const selected = chosen.kind === 'layer' ? chosen.layer : choices.layer;
  const range = found && maps.findRange(readNumbers(found));
  const known = request ? state.layerMaps.get(toMapKey(request)) : undefined;
  return {
    label: toLabel(stage),
    detail: range ? `${formatNumber(range.minimum)} … ${formatNumber(range.maximum)}` : stage.tensor,
    title: describeLayer(stage),
    isSelected: stage.tensor === selected,
    content: found ? toOverlay(state, found.explanation, readNumbers(found), toScale(state, range)) : toPending(known),
    opacity: state.choices.opacity,
    onChoose: () => actions.chooseCam((current) => chooseLayer(choices, current, stage.tensor)),
  };
}

function describeStages({ chosen }: Scene, { answer }: ExplainedScene, choices: MapChoices): string {
  const isClass = chosen.kind !== 'layer' || chosen.target === null;
  const method = findStageMethod(chosen, choices);
  const isOther = chosen.kind === 'layer' && chosen.method !== method;
  const end = isClass ? speakOf(nameScoreOf(answer), answer.logits.length === 1 ? 'logit' : 'logits') : 'target';
  const how =
    chosen.kind === 'exact'
      ? `By ${method?.name ?? ''}, and at the last stage by CAM itself, which exists there only.`
      : `By ${method?.name ?? ''}${isOther ? `: ${chosen.method.name} draws at one place only` : ''}.`;
  return `${how} Each map has a scale of its own: values at different layers are not comparable. From the image on the left to the ${end}.`;
}

/** The size tells stages apart but for the blocks of a transformer. */
function toLabel({ height, width, place = `${height}×${width}` }: LayerChoice): string {
  return `${place.charAt(0).toUpperCase()}${place.slice(1)}`;
}
