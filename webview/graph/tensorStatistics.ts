import { html, type TemplateResult } from 'lit/html.js';
import type { BodyPath } from '../../src/protocol/layerBodies';
import type { TensorStatistics } from '../../src/protocol/messages';
import type { InitializerReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { formatExact, formatShare, formatSignificant } from '../quantity';
import { Answers } from './answers';
import { histogramElement } from './histogram';

/** Statistics of stored tensors, read from the file when the user asks for them. */
export interface TensorStatisticsList {
  template(initializer: InitializerReport): TemplateResult | null;
  /** Forgets all: another graph is shown, or the file changed. */
  clear(path: BodyPath): void;
}

export function createTensorStatisticsList(app: App, changed: () => void): TensorStatisticsList {
  const answers = new Answers<string, TensorStatistics>(changed);
  let path: BodyPath = [];
  const request = (name: string): Promise<void> =>
    answers.ask(name, () => app.channel.request('tensorStatistics', { path, name }));
  return {
    clear(shown) {
      answers.clear();
      path = shown;
    },
    template({ name }) {
      const isLoading = answers.isLoading(name);
      return isLoading || !answers.has(name)
        ? html`<button class="text-button" ?disabled=${isLoading} @click=${() => void request(name)}>
            ${isLoading ? 'Reading…' : 'Statistics'}
          </button>`
        : answers.template(name, statisticsTemplate, () => request(name));
    },
  };
}

function statisticsTemplate(statistics: TensorStatistics): TemplateResult {
  const { count, minimum, maximum, mean, standardDeviation, zeros, notFinite } = statistics;
  const rows: [string, string][] = [
    ['Minimum', formatSignificant(minimum, 5)],
    ['Maximum', formatSignificant(maximum, 5)],
    ['Mean', formatSignificant(mean, 5)],
    ['Standard deviation', formatSignificant(standardDeviation, 5)],
    ['Zeros', `${formatExact(zeros)} (${formatShare(count === 0 ? 0 : zeros / count)})`],
    ['NaN or infinite', formatExact(notFinite)],
  ];
  return html`<div class="statistics">
    ${histogramElement(statistics)}
    <dl class="definitions">
      ${rows.map(
        ([term, text]) =>
          html`<dt>${term}</dt>
            <dd>${text}</dd>`,
      )}
    </dl>
  </div>`;
}
