import { html, type TemplateResult } from 'lit/html.js';
import type { WeightVerdict } from '../../src/protocol/comparison';
import { formatExact } from '../quantity';
import type { ComparisonState } from './comparisonApp';
import type { WeightActions } from './weightActions';

/** How many weights are equal, or how far their comparison is. */
export function weightsTemplate({ weights, verdicts }: ComparisonState, actions: WeightActions): TemplateResult {
  return html`<section class="weights-line" aria-label="Weights">
    <span role="status">${describe(weights, verdicts)}</span>
    ${
      weights.status === 'running'
        ? html`<progress aria-label="Comparing weights" max="1" .value=${weights.fraction}></progress>
            <button class="text-button" @click=${() => actions.cancel()}>Cancel</button>`
        : weights.status === 'done'
          ? ''
          : html`<button class="text-button" @click=${() => actions.compareAll()}>Compare Weights</button>`
    }
  </section>`;
}

function describe(weights: ComparisonState['weights'], verdicts: readonly WeightVerdict[]): string {
  const count = (wanted: WeightVerdict): number => verdicts.filter((verdict) => verdict === wanted).length;
  switch (weights.status) {
    case 'running':
      return 'Comparing the weights of both files…';
    case 'failed':
      return weights.failure.message;
    case 'idle':
      return 'The weights have not been compared.';
    case 'done':
      return describeVerdicts(verdicts.length, count);
  }
}

function describeVerdicts(total: number, count: (wanted: WeightVerdict) => number): string {
  if (total === 0) {
    return 'No weights stand in the same place in both models.';
  }
  const parts = [`${formatExact(count('equal'))} of ${formatExact(total)} pairs of weights are equal`];
  if (count('different') > 0) {
    parts.push(`${formatExact(count('different'))} differ`);
  }
  if (count('unreadable') > 0) {
    parts.push(`${formatExact(count('unreadable'))} cannot be read`);
  }
  return `${parts.join(', ')}.`;
}
