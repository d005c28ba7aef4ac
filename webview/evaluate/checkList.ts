import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { EvaluationApp } from './evaluationApp';

export interface CheckItem {
  readonly id: string;
  readonly name: string;
  readonly meaning: string;
  /** null: there is nothing to say. */
  readonly cost: string | null;
  readonly isUsable: boolean;
}

/** Things of which several can be chosen, each with what it is; folded, it names the chosen ones. */
export function checkList(
  app: EvaluationApp,
  title: string,
  items: readonly CheckItem[],
  chosen: readonly string[],
  set: (ids: readonly string[]) => void,
): TemplateResult {
  const { folded } = app.state;
  const names = items.filter(({ id }) => chosen.includes(id)).map(({ name }) => name);
  const onToggle = (event: Event): void => {
    const { open } = event.target as HTMLDetailsElement;
    if (open === folded.includes(title)) {
      app.update({ folded: open ? folded.filter((each) => each !== title) : [...folded, title] });
    }
  };
  return html`<details class="evaluation-list" .open=${!folded.includes(title)} @toggle=${onToggle}>
    <summary>
      <strong>${title}</strong>
      <span class="muted">${names.length === 0 ? 'none' : names.join(', ')}</span>
    </summary>
    <div role="group" aria-label=${title}>
      <ul>
        ${items.map((item) => itemTemplate(title, item, chosen, set))}
      </ul>
    </div>
  </details>`;
}

function itemTemplate(
  title: string,
  { id, name, meaning, cost, isUsable }: CheckItem,
  chosen: readonly string[],
  set: (ids: readonly string[]) => void,
): TemplateResult {
  const note = `evaluation-${title}-${id}`;
  const onChange = (event: Event): void => {
    const { checked } = event.target as HTMLInputElement;
    set(checked ? [...chosen, id] : chosen.filter((each) => each !== id));
  };
  return html`<li class=${isUsable ? 'evaluation-item' : 'evaluation-item evaluation-unusable'}>
    <label>
      <input
        type="checkbox"
        aria-describedby=${note}
        .checked=${chosen.includes(id)}
        ?disabled=${!isUsable}
        @change=${onChange}
      />
      <span>${name}</span>
    </label>
    <p id=${note}>${meaning} ${cost === null ? nothing : html`<span class="evaluation-cost">${cost}</span>`}</p>
  </li>`;
}
