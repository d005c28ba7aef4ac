import { html, type TemplateResult } from 'lit/html.js';

/** What costs can be counted in, as buttons of which one is pressed. */
export function metricSegments<Name extends string>(
  metrics: Readonly<Record<Name, { readonly title: string }>>,
  pressed: Name,
  choose: (name: Name) => void,
): TemplateResult {
  return html`<div class="segments" role="group" aria-label="What to count">
    ${(Object.keys(metrics) as Name[]).map(
      (name) =>
        html`<button class="text-button" aria-pressed=${name === pressed} @click=${() => choose(name)}>
          ${metrics[name].title}
        </button>`,
    )}
  </div>`;
}
