import { html, type TemplateResult } from 'lit/html.js';
import type { BodyPath } from '../../src/protocol/layerBodies';
import type { TensorStatistics } from '../../src/protocol/messages';
import type { InitializerReport } from '../../src/protocol/modelReport';
import { answerOrMessage } from '../answerOrMessage';
import type { App } from '../app';
import { formatExact, formatShare, formatSignificant } from '../quantity';
import { histogramElement } from './histogram';

type Entry = TensorStatistics | 'loading' | { readonly message: string };

/** Statistics of stored tensors, read from the file when the user asks for them. */
export interface TensorStatisticsList {
  template(initializer: InitializerReport): TemplateResult;
  /** Forgets all: another graph is shown, or the file changed. */
  clear(path: BodyPath): void;
}

export function createTensorStatisticsList(app: App, changed: () => void): TensorStatisticsList {
  let entries = new Map<string, Entry>();
  let path: BodyPath = [];
  const request = async (name: string): Promise<void> => {
    const asked = entries;
    asked.set(name, 'loading');
    changed();
    asked.set(name, await answerOrMessage(app.channel.request('tensorStatistics', { path, name })));
    changed();
  };
  return {
    clear(shown) {
      entries = new Map();
      path = shown;
    },
    template({ name }) {
      const entry = entries.get(name);
      if (entry === undefined || entry === 'loading') {
        return html`<button class="text-button" ?disabled=${entry === 'loading'} @click=${() => void request(name)}>
          ${entry === 'loading' ? 'Reading…' : 'Statistics'}
        </button>`;
      }
      if ('message' in entry) {
        return html`<p class="inline-error" role="alert">${entry.message}</p>
          <button class="text-button" @click=${() => void request(name)}>Try Again</button>`;
      }
      return statisticsTemplate(entry);
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
