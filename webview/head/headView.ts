import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { HeadReport, ModelReport } from '../../src/protocol/modelReport';
import type { App, AppState, CreateView } from '../app';
import { formatExact } from '../quantity';
import { formulaTemplate } from '../summary/headFormula';
import { HEAD_TITLES } from '../summary/headText';
import { createFitCard } from './fitCard';
import './head.css';
import './headWork.css';
import type { HeadActions, HeadCard } from './headCard';
import {
  DEFAULT_HEAD_CHOICES,
  SEED_EXAMPLE,
  toOwnSupposition,
  type HeadChoices,
  type Supposition,
} from './headChoices';
import { HeadInquiry } from './headFindings';
import { createSwapCard } from './swapCard';
import { createTheoryCard } from './theoryCard';
import { createWeightsCard } from './weightsCard';

/** The cards of the view, from top to bottom. */
const CARDS: readonly ((app: App, actions: HeadActions) => HeadCard)[] = [
  createTheoryCard,
  createWeightsCard,
  createSwapCard,
  createFitCard,
];

/** The head as a workbench: what it costs and guarantees beside its alternative, and what its weights say. */
export const createHeadView: CreateView = (app) => {
  const element = document.createElement('section');
  element.className = 'head-view';
  element.tabIndex = -1;
  element.setAttribute('aria-label', 'Head');
  const page = element.appendChild(document.createElement('div'));
  page.className = 'head-page';
  const introduction = page.appendChild(document.createElement('header'));
  introduction.className = 'head-introduction';
  const inquiry = new HeadInquiry(app, () => app.update({}));
  let drawn: { readonly report: ModelReport; readonly head: number } | null = null;
  let isReported = false;

  const readChoices = ({ choices, report }: AppState): HeadChoices => {
    const chosen = choices.head ?? DEFAULT_HEAD_CHOICES;
    return chosen.head < (report?.heads.length ?? 0) ? chosen : { ...chosen, head: 0 };
  };
  const readSupposition = (): Supposition => {
    const { head, supposition } = readChoices(app.state);
    const own = app.state.report?.heads[head];
    return supposition ?? (own && toOwnSupposition(own)) ?? SEED_EXAMPLE;
  };
  const choose: HeadActions['choose'] = (change) => app.choose({ head: { ...readChoices(app.state), ...change } });
  const actions: HeadActions = {
    choose,
    // Of the sizes as they are then: two changes may come before the next drawing.
    suppose: (change) => choose({ supposition: { ...readSupposition(), ...change } }),
    measure() {
      const { channels, height, width, classes, batch } = readSupposition();
      void inquiry.measure({ channels, height, width, classes, batch });
    },
    readWeights: (layer) => void inquiry.readWeights(readChoices(app.state).head, layer),
    readRow(row) {
      const { weights } = inquiry.findings;
      const layer = weights.status === 'done' ? weights.value.layer : null;
      void inquiry.readRow(readChoices(app.state).head, layer, row);
    },
  };
  const cards = CARDS.map((create) => create(app, actions));
  page.append(...cards.map((card) => card.element));

  return {
    element,
    draw(state: AppState) {
      const { report } = state;
      if (report === null) {
        return;
      }
      const choices = readChoices(state);
      if (drawn?.report !== report || drawn.head !== choices.head) {
        drawn = { report, head: choices.head };
        inquiry.clear();
      }
      const head = report.heads[choices.head];
      render(introductionTemplate(app, report, choices, actions), introduction);
      cards.forEach((card) => card.draw({ state, head, choices, findings: inquiry.findings }));
      if (!isReported) {
        isReported = true;
        requestAnimationFrame(() => app.channel.send({ type: 'drawn', view: 'head', elapsedMs: performance.now() }));
      }
    },
  };
};

function introductionTemplate(
  app: App,
  { heads }: ModelReport,
  choices: HeadChoices,
  actions: HeadActions,
): TemplateResult {
  const head = heads[choices.head];
  return html`<div class="head-title">
      <h1>${HEAD_TITLES[head.kind]}</h1>
      ${
        head.nodes.length === 0
          ? nothing
          : html`<button
              class="text-button"
              @click=${() => app.choose({ view: 'graph', selectedLayer: head.nodes[0] })}
            >
              Show in Graph
            </button>`
      }
      ${heads.length < 2 ? nothing : choiceTemplate(heads, choices.head, actions)}
    </div>
    ${head.reason === null ? nothing : html`<p class="note">${head.reason}</p>`} ${formulaTemplate(head.kind)}`;
}

function choiceTemplate(heads: readonly HeadReport[], selected: number, actions: HeadActions): TemplateResult {
  return html`<label class="head-choice">
    <span>Head</span>
    <select
      class="input"
      @change=${(event: Event) =>
        actions.choose({ head: (event.target as HTMLSelectElement).selectedIndex, supposition: null })}
    >
      ${heads.map(
        ({ kind, classes, logits }, index) =>
          html`<option .selected=${index === selected}>
            ${[logits ?? '', classes === null ? '' : `${formatExact(classes)} classes`, HEAD_TITLES[kind]].filter(Boolean).join(': ')}
          </option>`,
      )}
    </select>
  </label>`;
}
