import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { LayerChange, WeightPair, WeightVerdict } from '../../src/protocol/comparison';
import type { LayerReport } from '../../src/protocol/modelReport';
import { formatCount, formatExact, formatShape, formatShare, formatSignificant } from '../quantity';
import type { ComparisonApp, ComparisonState, DifferenceState } from './comparisonApp';
import { STATUSES } from './layerStatus';
import { toSides } from './shownLayers';
import { describeDifference } from './totalsSection';
import type { WeightActions } from './weightActions';

/** What differs between the two layers of the chosen row, and how far their weights are apart. */
export function layerDetailsTemplate(
  app: ComparisonApp,
  actions: WeightActions,
  state: ComparisonState,
): TemplateResult | typeof nothing {
  const { report, selected } = state;
  if (report === null || selected === null) {
    return nothing;
  }
  const { a, b } = toSides(report, selected);
  const { changes, weights } = report.layers[selected];
  const { mark, title } = STATUSES[state.statuses[selected]];
  return html`<div class="details-heading">
      <span class="status status-${state.statuses[selected]}" aria-hidden="true">${mark}</span>
      <h3>${title}</h3>
      <button class="icon-button" aria-label="Close" @click=${() => app.update({ selected: null })}>×</button>
    </div>
    ${identityTemplate(a, b)} ${changesTemplate(changes)}
    ${
      weights.length === 0
        ? nothing
        : html`<h4>Weights</h4>
            ${weights.map((weight) =>
              weightTemplate(report.weights[weight], state.verdicts[weight], state.differences.get(weight), () =>
                actions.measure(weight),
              ),
            )}`
    }
    ${costsTemplate(a, b)}`;
}

function identityTemplate(a: LayerReport | null, b: LayerReport | null): TemplateResult {
  const text = (layer: LayerReport | null): TemplateResult =>
    layer === null
      ? html`<span class="muted">not there</span>`
      : html`${layer.opType}
          <span class="selectable details-name">${layer.name || `node ${layer.index}`}</span>
          <span class="muted">${layer.outputs.map(({ shape }) => formatShape(shape)).join(', ')}</span>`;
  return html`<dl class="definitions details-sides">
    <dt><span class="side-mark side-a">A</span></dt>
    <dd>${text(a)}</dd>
    <dt><span class="side-mark side-b">B</span></dt>
    <dd>${text(b)}</dd>
  </dl>`;
}

function changesTemplate(changes: readonly LayerChange[]): TemplateResult | typeof nothing {
  return changes.length === 0
    ? nothing
    : html`<h4>Differences</h4>
        <dl class="changes selectable">
          ${changes.map(
            ({ kind, name, a, b }) =>
              html`<dt>${kind === name ? '' : html`<span class="muted">${kind}</span> `}${name}</dt>
                <dd>
                  <span class="side-mark side-a">A</span> ${a ?? html`<span class="muted">none</span>`}
                  <br />
                  <span class="side-mark side-b">B</span> ${b ?? html`<span class="muted">none</span>`}
                </dd>`,
          )}
        </dl>`;
}

const VERDICTS: Readonly<Record<WeightVerdict, string>> = {
  equal: 'equal',
  different: 'different',
  unknown: 'not compared',
  unreadable: 'not readable',
};

function weightTemplate(
  pair: WeightPair,
  verdict: WeightVerdict,
  difference: DifferenceState | undefined,
  measure: () => void,
): TemplateResult {
  const name = pair.a.name || pair.b.name || 'value';
  return html`<div class="weight">
    <div class="selectable details-name" title=${pair.b.name}>${name}</div>
    <div>
      <span class="muted">${pair.a.type} ${formatShape(pair.a.shape)}</span>
      <span class="verdict verdict-${verdict}">${VERDICTS[verdict]}</span>
    </div>
    ${
      verdict !== 'different' || !pair.comparable
        ? nothing
        : difference === undefined
          ? html`<button class="link-button" aria-label="Measure the difference of ${name}" @click=${measure}>
              Measure the difference
            </button>`
          : differenceTemplate(difference)
    }
  </div>`;
}

function differenceTemplate(state: DifferenceState): TemplateResult {
  switch (state.status) {
    case 'running':
      return html`<span class="muted" role="status">Reading both tensors…</span>`;
    case 'failed':
      return html`<span class="inline-error" role="alert">${state.failure.message}</span>`;
    case 'done': {
      const { maximum, mean, scale, differing, elements } = state.difference;
      return html`<dl class="definitions" role="status">
        <dt>max |A − B|</dt>
        <dd title=${String(maximum)}>${formatSignificant(maximum, 4)}</dd>
        <dt>mean |A − B|</dt>
        <dd title=${String(mean)}>${formatSignificant(mean, 4)}</dd>
        <dt>max |A|</dt>
        <dd title=${String(scale)}>${formatSignificant(scale, 4)}</dd>
        <dt>Elements that differ</dt>
        <dd>
          ${formatExact(differing)} of ${formatExact(elements)} (${formatShare(differing / Math.max(1, elements))})
        </dd>
      </dl>`;
    }
  }
}

function costsTemplate(a: LayerReport | null, b: LayerReport | null): TemplateResult | typeof nothing {
  const rows = (
    [
      ['Parameters', ({ parameters }: LayerReport) => parameters],
      ['MAC', ({ macs }: LayerReport) => macs],
      ['Weight bytes', ({ weightBytes }: LayerReport) => weightBytes],
      ['Activation bytes', ({ activationBytes }: LayerReport) => activationBytes],
    ] as const
  ).flatMap(([label, of]) => {
    const [one, other] = [a, b].map((layer) => (layer === null ? 0 : of(layer)));
    return one === 0 && other === 0 ? [] : [{ label, one, other }];
  });
  return rows.length === 0
    ? nothing
    : html`<h4>Cost, B − A</h4>
        <dl class="definitions">
          ${rows.map(
            ({ label, one, other }) =>
              html`<dt>${label}</dt>
                <dd title="A ${formatFigure(one)}, B ${formatFigure(other)}">
                  ${one === null || other === null ? 'unknown' : describeDifference(one, other, formatCount)}
                </dd>`,
          )}
        </dl>`;
}

function formatFigure(value: number | null): string {
  return value === null ? 'unknown' : formatExact(value);
}
