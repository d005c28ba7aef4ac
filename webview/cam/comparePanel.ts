import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { AppState } from '../app';
import type { CamActions } from './camActions';
import { toMapRequest } from './chosenMap';
import { toClassLabel, toClassTitle } from './classLabels';
import { ClassPicker } from './classPicker';
import { uniteRanges } from './evidenceCache';
import type { Target } from './evidenceCache';
import { describeUnit } from './explainedTarget';
import { formatNumber, formatSigned } from './formatNumber';
import { mapCard, toPending } from './mapCard';
import type { MapCard } from './mapCard';
import { readNumbers } from './mapReader';
import type { FoundMap, MapReader } from './mapReader';
import type { MapRequest } from './mapRequest';
import { toMapKey } from './mapRequest';
import type { ExplainedScene, Scene } from './scene';
import { toOverlay, toScale } from './toOverlay';

/** One of the classes shown side by side. */
interface ComparedMap {
  readonly target: Target;
  readonly found: FoundMap | null;
  /** null: drawn exactly, without the host or with the class's row alone. */
  readonly request: MapRequest | null;
}

/** The chosen classes of one image, in the same way as the map shown. */
export function listComparedMaps(
  state: AppState,
  { cam, chosen }: Scene,
  { answer, target: { contrastClass } }: ExplainedScene,
  maps: MapReader,
): readonly ComparedMap[] {
  return cam.compared
    .filter((classIndex) => classIndex < answer.logits.length && classIndex !== contrastClass)
    .map((classIndex) => {
      const target = { classIndex, contrastClass };
      const request = chosen.kind === 'layer' ? toMapRequest(chosen, answer, target) : null;
      return { target, request, found: maps.find(state, answer, target, chosen) };
    });
}

interface ComparePanel {
  readonly state: AppState;
  readonly scene: Scene;
  readonly explained: ExplainedScene;
  readonly maps: MapReader;
}

/** Several classes of one image next to each other, on one scale. */
export function createComparePanel(actions: CamActions): (panel: ComparePanel) => TemplateResult {
  let add: (classIndex: number) => void = () => undefined;
  const picker = new ClassPicker({
    id: 'cam-compare',
    label: 'Add one by name or number',
    placeholder: 'Search classes',
    onPick: (classIndex) => add(classIndex),
  });
  return (panel) => {
    const { state, scene, explained, maps } = panel;
    const { logits, probabilities, top } = explained.answer;
    const compared = listComparedMaps(state, scene, explained, maps);
    const set = (change: (classes: readonly number[]) => readonly number[]): void =>
      actions.chooseCam(({ compared }) => ({ compared: [...new Set(change(compared))] }));
    add = (classIndex) => set((classes) => [...classes, classIndex]);
    picker.draw({ labels: scene.labels, logits, probabilities, selected: null });
    const range = uniteRanges(compared.map(({ found }) => found && maps.findRange(readNumbers(found))));
    const missing = listUnasked(panel, compared);
    return html`<section class="cam-panel" aria-labelledby="cam-compare-title">
      <div class="cam-panel-head">
        <h2 id="cam-compare-title">Classes side by side</h2>
        <div class="cam-actions">
          ${
            missing.length === 0
              ? nothing
              : html`<button
                  class="cam-button"
                  title=${scene.chosen.kind === 'layer' ? scene.chosen.method.cost : ''}
                  @click=${() => actions.askForMaps(missing)}
                >
                  Draw what is missing: many runs for each
                </button>`
          }
          <button class="cam-button cam-secondary" @click=${() => set((classes) => [...classes, ...top])}>
            Add the Top ${top.length}
          </button>
          <button class="cam-button cam-secondary" ?disabled=${compared.length === 0} @click=${() => set(() => [])}>
            Clear
          </button>
        </div>
      </div>
      ${
        compared.length === 0
          ? html`<p class="cam-note">None chosen: add classes to see their maps next to each other on one scale.</p>`
          : html`<div class="cam-maps">
                ${compared.map((each) => comparedCard(panel, each, range, (gone) => set((classes) => classes.filter((index) => index !== gone)), actions))}
              </div>
              <p class="cam-note">${describe(panel, range)}</p>`
      }
      ${picker.element}
    </section>`;
  };
}

/** Maps by a method of many runs that nobody has asked for. */
function listUnasked(
  { state: { layerMaps }, scene: { chosen } }: ComparePanel,
  compared: readonly ComparedMap[],
): readonly MapRequest[] {
  const isSlow = chosen.kind === 'layer' && chosen.method.kind === 'sampled';
  return compared.flatMap(({ request }) => (isSlow && request && !layerMaps.has(toMapKey(request)) ? [request] : []));
}

function comparedCard(
  { state, scene, explained }: ComparePanel,
  { target, found, request }: ComparedMap,
  range: ReturnType<typeof uniteRanges>,
  remove: (classIndex: number) => void,
  actions: CamActions,
): TemplateResult {
  const { classIndex } = target;
  const label = toClassLabel(scene.labels, classIndex);
  const known = request ? state.layerMaps.get(toMapKey(request)) : undefined;
  const card: MapCard = {
    label,
    detail: `logit ${formatSigned(explained.answer.logits[classIndex])}`,
    title: toClassTitle(scene.labels, classIndex),
    isSelected: classIndex === explained.target.classIndex,
    content: found ? toOverlay(state, found.explanation, readNumbers(found), toScale(state, range)) : toPending(known),
    opacity: state.choices.opacity,
    onChoose: () => actions.choose({ selectedClass: classIndex }),
  };
  return html`<div class="cam-compared">
    ${mapCard(card)}
    <button class="cam-remove" aria-label="Remove ${label}" title="Remove ${label}" @click=${() => remove(classIndex)}>
      ×
    </button>
  </div>`;
}

function describe({ scene, explained }: ComparePanel, range: ReturnType<typeof uniteRanges>): string {
  const { chosen, labels } = scene;
  if (chosen.kind === 'layer' && !chosen.method.isClassSpecific) {
    return `${chosen.method.name} draws the same map for every class.`;
  }
  const { contrastClass } = explained.target;
  const minus = contrastClass === null ? '' : ` Each minus ${toClassLabel(labels, contrastClass)}.`;
  const unit = describeUnit(chosen.kind === 'layer' ? chosen.method.unit : 'logit', null, 'logit');
  return range
    ? `One scale for these maps: ${formatNumber(range.minimum)} to ${formatNumber(range.maximum)} ${unit}.${minus}`
    : minus;
}
