import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { HeadWeights } from '../../src/protocol/headWeights';
import type { HeadReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { ClassPicker } from '../cam/classPicker';
import { formatBytes, formatExact, formatShare, formatSignificant } from '../quantity';
import { figureTemplate } from '../summary/figure';
import type { HeadActions, HeadCard, HeadScene } from './headCard';
import { getValue, type Asked } from './headFindings';
import { MatrixView } from './matrixView';
import { spatialPatternTemplate } from './spatialPattern';
import { columnUseTemplate, normsTemplate, similarTemplate } from './weightLists';
import { nameWeights, type WeightNames } from './weightNames';

/** The weights themselves, read when asked for. */
export function createWeightsCard(app: App, actions: HeadActions): HeadCard {
  const element = document.createElement('section');
  element.className = 'card head-weights';
  element.setAttribute('aria-labelledby', 'weights-title');
  const [heading, facts, rest] = ['div', 'div', 'div'].map((name) => document.createElement(name));
  const matrix = new MatrixView((row) => actions.readRow(row));
  matrix.element.className = 'matrix';
  const picker = new ClassPicker({
    id: 'head-row',
    label: 'Look at one',
    placeholder: 'Name or number',
    onPick: (row) => actions.readRow(row),
  });
  const one = document.createElement('div');
  element.append(heading, facts, matrix.element, rest, picker.element, one);
  let drawn: readonly unknown[] = [];

  return {
    element,
    draw(scene) {
      const { state, head, findings } = scene;
      const labels = state.settings?.labels ?? null;
      const next = [head, findings.weights, findings.row, labels, state.trusted, state.choices.colorMap];
      if (next.every((value, index) => value === drawn[index])) {
        return;
      }
      drawn = next;
      const weights = getValue(findings.weights);
      render(headingTemplate(scene, actions), heading);
      matrix.element.hidden = (weights?.matrix ?? null) === null;
      picker.element.hidden = weights === null;
      if (weights === null) {
        [facts, rest, one].forEach((part) => render(nothing, part));
        return;
      }
      const ownLabels = weights.rowKind === 'classes' && labels?.length === weights.rows ? labels : null;
      const names = nameWeights(weights, ownLabels);
      render(factsTemplate(app, weights), facts);
      if (weights.matrix !== null) {
        matrix.draw({ ...weights, matrix: weights.matrix }, names, state.choices.colorMap);
      }
      render(
        html`${normsTemplate(weights, names, (row) => actions.readRow(row))} ${columnUseTemplate(weights, names)}`,
        rest,
      );
      const row = getValue(findings.row);
      picker.draw({
        labels: ownLabels ?? Array.from({ length: weights.rows }, (_, index) => names.toRowName(index)),
        logits: weights.rowNorms,
        probabilities: null,
        selected: row?.index ?? null,
      });
      render(rowTemplate(weights, findings.row, names, actions), one);
    },
  };
}

function headingTemplate({ state, head, findings: { weights } }: HeadScene, actions: HeadActions): TemplateResult {
  const isRunning = weights.status === 'running';
  const known = getValue(weights);
  const isReadable = head.kind !== 'none';
  return html`<div class="card-heading">
      <h2 id="weights-title">Weights</h2>
      ${known === null || known.layers.length < 2 ? nothing : layersTemplate(known, actions)}
      <span class="actions">
        <button
          class="text-button"
          ?disabled=${isRunning || !state.trusted || !isReadable}
          title=${state.trusted ? 'Read the weights of the head from the file' : 'Running models needs a trusted workspace'}
          @click=${() => actions.readWeights(known?.layer ?? null)}
        >
          ${isRunning ? 'Reading…' : known === null ? 'Read the Weights' : 'Read Again'}
        </button>
      </span>
    </div>
    ${known === null ? html`<p class="muted">${explain(head)}</p>` : nothing}
    ${weights.status === 'failed' ? html`<p class="note" role="alert">${weights.failure.message}</p>` : nothing}`;
}

function explain({ kind }: HeadReport): string {
  return kind === 'none'
    ? 'There are no weights to read: this model has no classification head.'
    : 'Norms, similar classes, dead channels and the largest singular value of the classifier’s weights. They are read from the file when you ask for them.';
}

function layersTemplate({ layers, layer }: HeadWeights, actions: HeadActions): TemplateResult {
  return html`<label class="head-choice">
    <span>Layer</span>
    <select
      class="input"
      @change=${(event: Event) => actions.readWeights((event.target as HTMLSelectElement).selectedIndex)}
    >
      ${layers.map(
        ({ inputs, outputs }, index) =>
          html`<option .selected=${index === layer}>
            ${index + 1} of ${layers.length}: ${formatExact(inputs)} → ${formatExact(outputs)}
          </option>`,
      )}
    </select>
  </label>`;
}

function factsTemplate(app: App, weights: HeadWeights): TemplateResult {
  const { rows, columns, height, width, singularValue, uniformShare, uniformShares, matrix } = weights;
  const { value, iterations, isSettled } = singularValue;
  const cells = height * width;
  const settled = isSettled
    ? `(power iteration, ${iterations} steps)`
    : `(power iteration, not settled after ${iterations} steps)`;
  const figure = (label: string, text: string, number: number) =>
    figureTemplate(app, { label, text, exact: formatExact(number), value: number, provenance: 'derived' });
  return html`<dl class="measured-facts">
      <div>
        <dt>${weights.of === 'head' ? 'Whole head, affine steps folded in' : 'This layer alone'}</dt>
        <dd>${formatExact(rows)} × ${formatExact(columns)}${cells > 1 ? ` × ${height}×${width}` : ''}</dd>
      </div>
      <div>
        <dt>Largest singular value σ<sub>max</sub> <span class="muted">${settled}</span></dt>
        <dd>${figure('Largest singular value', formatSignificant(value, 5), value)}</dd>
      </div>
      <div>
        <dt>Largest row sum of |w|</dt>
        <dd>
          ${((sum) => figure('Largest row sum', formatSignificant(sum, 5), sum))(weights.rowSums.reduce((most, sum) => Math.max(most, sum), 0))}
        </dd>
      </div>
      ${
        uniformShares === null
          ? nothing
          : html`<div>
              <dt>
                Energy uniform over positions <span class="muted">1 − r²; random: ${formatShare(1 / cells)}</span>
              </dt>
              <dd>${figure('Energy uniform over positions', formatShare(uniformShare), uniformShare)}</dd>
            </div>`
      }
    </dl>
    ${weights.reading === null && uniformShares !== null ? html`<p class="muted">The matrix shows each channel’s weights added up over the ${height}×${width} positions: what is left of it on a GAP head.</p>` : nothing}
    ${
      matrix === null
        ? html`<p class="note">
            The matrix is not drawn: ${formatBytes(4 * rows * columns)} are more than the setting
            “headlight.classifierWeightsLimit” lets through. All figures below are of the whole matrix.
          </p>`
        : nothing
    }`;
}

function rowTemplate(
  weights: HeadWeights,
  asked: Asked<{ readonly weights: Float32Array; readonly cosines: Float32Array; readonly index: number }>,
  names: WeightNames,
  actions: HeadActions,
): TemplateResult {
  const row = getValue(asked);
  const failure = asked.status === 'failed' ? html`<p class="note" role="alert">${asked.failure.message}</p>` : nothing;
  if (row === null) {
    return html`${failure}
      <p class="muted">
        ${asked.status === 'running' ? 'Reading…' : `Choose a ${names.row} to see which others have similar weights.`}
      </p>`;
  }
  return html`${failure} ${similarTemplate(row, names, (other) => actions.readRow(other))}
  ${weights.uniformShares === null ? nothing : spatialPatternTemplate(weights, row, names.toRowName(row.index))}`;
}
