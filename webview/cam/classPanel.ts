import { html, nothing, svg } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { ImageAnswer } from '../../src/protocol/explanation';
import type { ModelReport } from '../../src/protocol/modelReport';
import { describeTiedClasses } from '../../src/protocol/tiedClasses';
import type { CamActions } from './camActions';
import { ClassPicker } from './classPicker';
import { toClassLabel, toClassNumber, toClassTitle } from './classLabels';
import { formatPercent, formatSigned } from './formatNumber';
import type { ExplainedScene, Scene } from './scene';

/** What the model says, and which class's evidence is shown. */
export function createClassPanel(
  actions: CamActions,
): (scene: Scene, explained: ExplainedScene, report: ModelReport | null) => TemplateResult {
  const classPicker = new ClassPicker({
    id: 'cam-class',
    label: 'Class',
    placeholder: 'Search classes',
    onPick: (classIndex) => actions.choose({ selectedClass: classIndex }),
  });
  const contrastPicker = new ClassPicker({
    id: 'cam-contrast',
    label: 'Compared with',
    placeholder: 'No class (the class alone)',
    onPick: (classIndex) => actions.chooseCam({ contrastClass: classIndex }),
  });
  return ({ labels, choices }, { answer, target }, report) => {
    const { logits, probabilities, top } = answer;
    classPicker.draw({ labels, logits, probabilities, selected: target.classIndex });
    contrastPicker.draw({ labels, logits, probabilities, selected: target.contrastClass });
    const tie = report && describeTiedClasses(logits, report);
    const rows = top.includes(target.classIndex) ? top : [...top, target.classIndex];
    return html`<section class="cam-panel" aria-labelledby="cam-classes-title">
      <h2 id="cam-classes-title">${logits.length === 1 ? 'Output' : 'Classes'}</h2>
      <div class="cam-top" role="group" aria-label="Most likely classes">
        ${rows.map((classIndex) => classRow(answer, labels, classIndex, classIndex === target.classIndex, actions))}
      </div>
      <p class="cam-note">${describeProbabilities(answer)}</p>
      ${tie === null ? nothing : html`<p class="cam-notice">${tie}</p>`}
      ${
        logits.length === 1
          ? nothing
          : html`${keepClass(choices.selectedClass !== null, target.classIndex, actions)} ${classPicker.element}
              <div class="cam-contrast">
                ${contrastPicker.element}
                <button
                  class="cam-button cam-secondary"
                  ?disabled=${target.contrastClass === null}
                  title="Show the class alone"
                  aria-label="Stop comparing"
                  @click=${() => actions.chooseCam({ contrastClass: null })}
                >
                  ×
                </button>
              </div>`
      }
    </section>`;
  };
}

function keepClass(isKept: boolean, classIndex: number, actions: CamActions): TemplateResult {
  const keep = (event: Event): void =>
    actions.choose({ selectedClass: (event.target as HTMLInputElement).checked ? classIndex : null });
  return html`<label class="cam-check" title="Otherwise each image shows its own most likely class">
    <input type="checkbox" .checked=${isKept} @change=${keep} />
    Keep this class for all images
  </label>`;
}

function classRow(
  { logits, probabilities }: ImageAnswer,
  labels: readonly string[] | null,
  classIndex: number,
  isSelected: boolean,
  actions: CamActions,
): TemplateResult {
  const probability = probabilities?.[classIndex] ?? null;
  return html`<button
    class="cam-class"
    aria-pressed=${isSelected}
    title=${toClassTitle(labels, classIndex)}
    @click=${() => actions.choose({ selectedClass: classIndex })}
  >
    <span class="cam-class-index">${toClassNumber(labels, classIndex)}</span>
    <span class="cam-class-label">${toClassLabel(labels, classIndex)}</span>
    <span class="cam-figure cam-logit">${formatSigned(logits[classIndex])}</span>
    <span class="cam-figure cam-probability">${probability === null ? '' : formatPercent(probability)}</span>
    <svg class="cam-bar" width="100%" height="3" aria-hidden="true">
      ${probability === null ? '' : svg`<rect width="${100 * probability}%" height="3"></rect>`}
    </svg>
  </button>`;
}

function describeProbabilities({ probabilitySource, logits }: ImageAnswer): string {
  if (logits.length === 1 && probabilitySource === null) {
    return 'The number that the model gives for this image.';
  }
  switch (probabilitySource) {
    case 'model':
      return 'Logit and probability, as the model computes them.';
    case 'softmaxOfLogits':
      return 'Logit; the probability is a softmax added for display: the model ends in logits.';
    case null:
      return 'Logit: the model states no probabilities.';
  }
}
