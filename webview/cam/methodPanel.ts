import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import { guard } from 'lit/directives/guard.js';
import type { LayerExplanation } from '../../src/protocol/explanation';
import type { LayerChoice, MapChoices, MethodChoice } from '../../src/protocol/mapChoices';
import { capitalize } from '../../src/protocol/capitalize';
import type { CamActions } from './camActions';
import type { CamChoices } from './camChoices';
import { chooseLayer, chooseMethod, findMethod } from './chosenMap';
import { formatElapsed, formatNumber } from './formatNumber';
import type { Scene } from './scene';

/** More are counted, not listed: the graph shows them all. */
const LISTED_LAYERS = 400;

interface MethodPanel {
  readonly scene: Scene;
  /** null: not known yet. */
  readonly choices: MapChoices | null;
  /** Where one chooses what is explained; null: not known yet. */
  readonly what: TemplateResult | null;
}

/** What the map explains, which method draws it at which layer, and why. */
export function methodPanel({ scene, choices, what }: MethodPanel, actions: CamActions): TemplateResult {
  return html`<section class="cam-panel" aria-labelledby="cam-method-title">
    <h2 id="cam-method-title">How the map is drawn</h2>
    ${what}
    ${choices === null ? html`<p class="cam-note" role="status">Reading which maps can be drawn…</p>` : chosenTemplate(scene, choices, actions)}
  </section>`;
}

function chosenTemplate(scene: Scene, choices: MapChoices, actions: CamActions): TemplateResult {
  const { chosen, cam } = scene;
  const method = chosen.kind === 'layer' ? chosen.method : findMethod(choices, choices.method);
  const layer = chosen.kind === 'layer' ? chosen.layer : choices.layer;
  return html`<div class="cam-method">
      <label class="cam-control" title=${method?.meaning ?? ''}>
        <span>Method</span>
        <select
          @change=${(event: Event) => chooseFrom(event, (current, id) => chooseMethod(choices, current, id), actions)}
        >
          ${choices.methods.map((each) => methodOption(each, each.id === method?.id))}
        </select>
      </label>
      <label class="cam-control" title=${layer ?? ''}>
        <span>Layer</span>
        <select
          ?disabled=${method?.place !== 'layer'}
          @change=${(event: Event) =>
            chooseFrom(event, (current, tensor) => chooseLayer(choices, current, tensor), actions)}
        >
          ${guard([choices, layer, method?.place], () => (method?.place === 'layer' ? layerOptions(choices, layer) : html`<option>${PLACES[method?.place ?? 'image']}</option>`))}
        </select>
      </label>
    </div>
    ${sentences(scene, choices, method)}
    ${
      cam.method === null && cam.layer === null
        ? nothing
        : html`<p>
            <button class="cam-link" @click=${() => actions.chooseCam({ method: null, layer: null })}>
              Back to ${findMethod(choices, choices.method)?.name ?? 'the usual method'} at its usual layer
            </button>
          </p>`
    }
    ${refusals(choices)}`;
}

function chooseFrom(
  event: Event,
  choose: (current: CamChoices, value: string) => Partial<CamChoices>,
  actions: CamActions,
): void {
  const { value } = event.target as HTMLSelectElement;
  actions.chooseCam((current) => choose(current, value));
}

function methodOption({ id, name, meaning, refusal }: MethodChoice, isSelected: boolean): TemplateResult {
  return html`<option value=${id} title=${refusal ?? meaning} ?disabled=${refusal !== null} .selected=${isSelected}>
    ${capitalize(name)}${refusal === null ? '' : ' (not here)'}
  </option>`;
}

function layerOptions({ stages, layers }: MapChoices, selected: string | null): TemplateResult {
  const isStage = stages.some(({ tensor }) => tensor === selected);
  // The one nearest to the logits first, as with stages.
  const others = [...layers].reverse().filter((layer, place) => place < LISTED_LAYERS || layer.tensor === selected);
  const hidden = layers.length - others.length;
  const option = (layer: LayerChoice, isSelected: boolean): TemplateResult =>
    html`<option value=${layer.tensor} .selected=${isSelected}>${describeLayer(layer)}</option>`;
  const isListed = isStage || others.some(({ tensor }) => tensor === selected);
  return html`${isListed ? nothing : html`<option .selected=${true}>${selected ?? 'The usual layer'}</option>`}
    <optgroup label="Last maps of the stages">
      ${stages.map((layer) => option(layer, layer.tensor === selected))}
    </optgroup>
    <optgroup label="All layers">
      ${others.map((layer) => option(layer, !isStage && layer.tensor === selected))}
      ${hidden === 0 ? nothing : html`<option disabled>${hidden} more: choose them in the graph</option>`}
    </optgroup>`;
}

/** Where methods draw that take no layer. */
const PLACES = { image: 'The image itself', tokens: 'The patches of the image' } as const;

/** `14×14 · 672 channels · hardtanh_22`, `14×14, after 3 blocks · 768 channels · tokens`. */
export function describeLayer({ height, width, channels, tensor, place }: LayerChoice): string {
  return `${height}×${width}${place === undefined ? '' : `, ${place}`} · ${channels} channels · ${tensor}`;
}

/** Why this method, what it draws, and what that costs. */
function sentences(
  { cam, explained }: Scene,
  { reason }: MapChoices,
  method: MethodChoice | null,
): readonly (TemplateResult | typeof nothing)[] {
  const shown = explained?.shown;
  const isUsual = cam.method === null && cam.layer === null;
  const note = shown?.kind === 'layer' ? shown.explanation.note : method?.meaning;
  const spent = shown?.kind === 'layer' ? describeRuns(shown.explanation) : '';
  const paragraph = (text: string | undefined): TemplateResult => html`<p class="cam-note">${text}</p>`;
  return [
    isUsual ? paragraph(reason) : nothing,
    cam.contrastClass !== null && cam.target === null && method?.isClassSpecific === false
      ? paragraph(`${method.name} draws the same map for every class: there is no difference of two.`)
      : nothing,
    isUsual && method?.kind === 'exact' ? nothing : paragraph(note),
    method ? paragraph(`${method.cost}${spent}`) : nothing,
  ];
}

/** What this map took, and what the method knows about its precision. */
function describeRuns({ elapsedMs, runs, source, maps }: LayerExplanation): string {
  const often = runs === 1 ? '' : ` and ${runs} runs`;
  const figures = (maps[0].figures ?? []).map(({ label, value, unit }) =>
    `${label}: ${formatNumber(value)} ${unit}`.trim(),
  );
  const chance = source === 'estimated' ? ' Estimated: another seed gives another map.' : '';
  return ` This map took ${formatElapsed(elapsedMs.run)}${often}.${figures.map((text) => ` ${text}.`).join('')}${chance}`;
}

function refusals({ methods }: MapChoices): TemplateResult | typeof nothing {
  const refused = methods.filter(({ refusal }) => refusal !== null);
  return refused.length === 0
    ? nothing
    : html`<details class="cam-note">
        <summary>${refused.length} ${refused.length === 1 ? 'method' : 'methods'} that cannot be used here</summary>
        <dl>
          ${refused.map(
            ({ name, refusal }) =>
              html`<dt>${capitalize(name)}</dt>
                <dd>${refusal}</dd>`,
          )}
        </dl>
      </details>`;
}
