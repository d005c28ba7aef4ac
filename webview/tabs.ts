import { html, type TemplateResult } from 'lit/html.js';
import type { ViewName } from '../src/protocol/messages';

const TABS: readonly { readonly view: ViewName; readonly title: string }[] = [
  { view: 'graph', title: 'Graph' },
  { view: 'summary', title: 'Summary' },
  { view: 'head', title: 'Head' },
  { view: 'cam', title: 'CAM' },
  { view: 'images', title: 'Images' },
];

/** The tab list (WAI-ARIA tabs pattern: one tab stop, arrow keys move and activate). */
export function tabsTemplate(current: ViewName, enabled: boolean, choose: (view: ViewName) => void): TemplateResult {
  return html`<div class="tabs" role="tablist" aria-label="Views of the model" @keydown=${onKeydown}>
    ${TABS.map(
      ({ view, title }) =>
        html`<button
          class="tab"
          role="tab"
          id="tab-${view}"
          aria-controls="panel"
          aria-selected=${view === current}
          tabindex=${view === current ? 0 : -1}
          ?disabled=${!enabled}
          @click=${() => choose(view)}
        >
          ${title}
        </button>`,
    )}
  </div>`;

  function onKeydown(event: KeyboardEvent): void {
    // From the tab that has the focus: what was chosen a moment ago is drawn with the next frame only.
    const from = TABS.find(({ view }) => (event.target as Element).id === `tab-${view}`)?.view ?? current;
    const next = toNextTab(event.key, from);
    if (next !== null) {
      event.preventDefault();
      choose(next);
      document.getElementById(`tab-${next}`)?.focus();
    }
  }
}

/** The tab a key leads to from the current one; null for keys that are not for tabs. */
export function toNextTab(key: string, current: ViewName): ViewName | null {
  const position = TABS.findIndex(({ view }) => view === current);
  const positions: Partial<Record<string, number>> = {
    ArrowRight: (position + 1) % TABS.length,
    ArrowLeft: (position + TABS.length - 1) % TABS.length,
    Home: 0,
    End: TABS.length - 1,
  };
  const next = positions[key];
  return next === undefined ? null : TABS[next].view;
}
