import { html } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

/** The values of a choice, with what each means. */
export type Options<Value extends string> = readonly {
  readonly value: Value;
  readonly label: string;
  readonly title: string;
}[];

/** A labelled list of a few values. */
export function choice<Value extends string>(
  label: string,
  options: Options<Value>,
  selected: Value,
  onChoose: (value: Value) => void,
): TemplateResult {
  const current = options.find(({ value }) => value === selected);
  return html`<label class="cam-control" title=${current?.title ?? ''}>
    <span>${label}</span>
    <select
      @change=${(event: Event) => {
        const chosen = options[(event.target as HTMLSelectElement).selectedIndex];
        if (chosen) {
          onChoose(chosen.value);
        }
      }}
    >
      ${options.map(({ value, label: text, title }) => html`<option value=${value} title=${title} .selected=${value === selected}>${text}</option>`)}
    </select>
  </label>`;
}
