import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import { computeFcCost, computeGapCost } from '../../src/protocol/headFormulas';
import type { MachineSpeed } from '../../src/protocol/measurement';
import type { HeadReport } from '../../src/protocol/modelReport';
import type { App, AppState } from '../app';
import { formatBytes, formatCount, formatExact, formatSignificant } from '../quantity';
import { figureTemplate } from '../summary/figure';
import { toOwnVariant } from '../summary/headText';
import type { HeadActions, HeadCard, HeadScene } from './headCard';
import { SEED_EXAMPLE, toHeadSize, toOwnSupposition, type Supposition } from './headChoices';
import { getValue, type HeadFindings } from './headFindings';
import { slidersTemplate } from './sliders';
import { createTheoryCharts, toCharts } from './theoryCharts';
import { computeTheory, type TheoryCell, type TheoryGroup, type TheorySubject } from './theoryRows';

/** Both heads side by side: formula, source and figure of each, at the user's own sizes or at any others. */
export function createTheoryCard(app: App, actions: HeadActions): HeadCard {
  const element = document.createElement('section');
  element.className = 'card head-theory';
  element.setAttribute('aria-labelledby', 'theory-title');
  const controls = element.appendChild(document.createElement('div'));
  controls.className = 'head-controls';
  const table = element.appendChild(document.createElement('div'));
  const charts = createTheoryCharts();
  element.append(charts.element);
  let drawn: readonly unknown[] = [];

  return {
    element,
    draw(scene) {
      const { state, head, choices, findings } = scene;
      const { measurement, weights } = findings;
      const next = [head, choices, measurement, weights, state.measurement, state.trusted];
      if (next.every((value, index) => value === drawn[index])) {
        return;
      }
      drawn = next;
      const own = toOwnSupposition(head);
      const supposition = choices.supposition ?? own ?? SEED_EXAMPLE;
      const subject = toSubject(scene, supposition, own);
      render(controlsTemplate(app, scene, { supposition, own, subject }, actions), controls);
      render(tableTemplate(app, computeTheory(subject), toOwnVariant(head.kind)), table);
      charts.draw(toCharts(subject.size, subject.machine));
    },
  };
}

function toSubject(
  { state, head, findings }: HeadScene,
  supposition: Supposition,
  own: Supposition | null,
): TheorySubject {
  const measurement = getValue(findings.measurement);
  const size = toHeadSize(supposition, head);
  const isMeasured =
    measurement !== null && isSameSize(measurement.size, supposition) && measurement.size.batch === size.batch;
  return {
    size,
    correlation: supposition.correlation,
    machine: findMachine(findings, state),
    measurement: isMeasured ? measurement : null,
    weights: own !== null && isSameSize(own, supposition) ? getValue(findings.weights) : null,
  };
}

function isSameSize(one: Omit<Supposition, 'correlation'>, other: Supposition): boolean {
  return (['channels', 'height', 'width', 'classes'] as const).every((name) => one[name] === other[name]);
}

/** From either measurement: the limits are the machine's, not the model's. */
function findMachine({ measurement }: HeadFindings, { measurement: layers }: AppState): MachineSpeed | null {
  return getValue(measurement)?.machine ?? (layers?.status === 'measured' ? layers.measurement.machine : null);
}

interface Position {
  readonly supposition: Supposition;
  readonly own: Supposition | null;
  readonly subject: TheorySubject;
}

function controlsTemplate(
  app: App,
  { state, head, choices, findings: { measurement } }: HeadScene,
  { supposition, own, subject }: Position,
  actions: HeadActions,
): TemplateResult {
  const isRunning = measurement.status === 'running';
  const ratio = computeFcCost(subject.size).parameters / computeGapCost(subject.size).parameters;
  const why = state.trusted
    ? 'Run both heads by themselves on generated weights of this size'
    : 'Running models needs a trusted workspace';
  return html`<div class="card-heading">
      <h2 id="theory-title">GAP against FC</h2>
      <span class="actions">
        <button
          class="text-button"
          ?disabled=${choices.supposition === null}
          @click=${() => actions.choose({ supposition: null })}
        >
          ${own === null ? 'Reset' : 'Your Model’s Sizes'}
        </button>
        <button
          class="text-button"
          title="256 channels on a 14×14 map, 1000 classes"
          @click=${() => actions.choose({ supposition: SEED_EXAMPLE })}
        >
          Example 256×14×14, 1000 Classes
        </button>
        <button
          class="text-button"
          title=${why}
          ?disabled=${isRunning || !state.trusted}
          @click=${() => actions.measure()}
        >
          ${isRunning ? 'Measuring…' : 'Measure Both Heads'}
        </button>
      </span>
    </div>
    ${noteTemplate(app, head, own)} ${slidersTemplate(supposition, own, (changed) => actions.suppose(changed))}
    <p class="ratio" aria-live="polite">
      ${choices.supposition === null && own !== null ? 'Your model’s sizes: FC' : 'At these sizes FC'} has
      ${figureTemplate(app, {
        label: 'Parameters of FC over parameters of GAP',
        text: `${formatSignificant(ratio, 5)} times`,
        exact: `(CHW + 1) / (C + 1) = ${formatExact(ratio)}`,
        value: ratio,
        provenance: 'derived',
      })}
      the parameters of GAP.
    </p>
    ${measurement.status === 'failed' ? html`<p class="note" role="alert">${measurement.failure.message}</p>` : nothing}`;
}

/** What the two columns have to do with a head that is neither of them. */
function noteTemplate(app: App, head: HeadReport, own: Supposition | null): TemplateResult | typeof nothing {
  const { current, kind } = head;
  if (own === null) {
    return html`<p class="note">
      The sizes of this model’s head are not known, so the figures below are those of the example: change them.
    </p>`;
  }
  if (toOwnVariant(kind) !== null) {
    return nothing;
  }
  if (current === null) {
    return html`<p class="note">
      Your model has neither of these heads: the figures say what they would cost on its map.
    </p>`;
  }
  const figure = (label: string, value: number, text: string, unit: string) =>
    figureTemplate(app, { label, text, exact: `${formatExact(value)} ${unit}`, value, provenance: 'derived' });
  return html`<p>
    Your head is neither of the two. As it is, it has
    ${figure('Parameters, as it is', current.parameters, `${formatCount(current.parameters)} parameters`, 'parameters')},
    ${figure('Memory, as it is', current.bytes, formatBytes(current.bytes), 'bytes')} and
    ${figure('MAC per image, as it is', current.macs, `${formatCount(current.macs)} MAC`, 'MAC')} per image.
  </p>`;
}

function tableTemplate(app: App, groups: readonly TheoryGroup[], own: 'gap' | 'fc' | null): TemplateResult {
  const mark = (design: 'gap' | 'fc') => (own === design ? html`<span class="own">your model</span>` : nothing);
  return html`<div class="head-table-scroller">
    <table class="head-table">
      <thead>
        <tr>
          <th scope="col">Quantity and source</th>
          <th scope="col">GAP ${mark('gap')}</th>
          <th scope="col">FC ${mark('fc')}</th>
        </tr>
      </thead>
      ${groups.map(
        ({ title, note, rows }) =>
          html`<tbody>
            <tr class="head-group">
              <th colspan="3" scope="rowgroup">${title} <span class="muted">${note}</span></th>
            </tr>
            ${rows.map(
              ({ label, source, cells }) =>
                html`<tr>
                  <th scope="row">${label}<span class="head-source">${withSubscripts(source)}</span></th>
                  <td>${cellTemplate(app, `${label}, GAP`, cells.gap)}</td>
                  <td>${cellTemplate(app, `${label}, FC`, cells.fc)}</td>
                </tr>`,
            )}
          </tbody>`,
      )}
    </table>
  </div>`;
}

function cellTemplate(app: App, label: string, { formula, figure }: TheoryCell): TemplateResult {
  return html`<span class="head-formula">${withSubscripts(formula)}</span> ${
      'missing' in figure
        ? html`<span class="muted">${figure.missing}</span>`
        : figureTemplate(app, { label, ...figure })
    }`;
}

/** `max_k |w_kc|` with its indices below the line. */
function withSubscripts(formula: string): unknown {
  return formula.split(/_(\w+)/).map((part, index) => (index % 2 === 0 ? part : html`<sub>${part}</sub>`));
}
