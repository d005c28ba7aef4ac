import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { GallerySide } from '../../src/protocol/gallery';
import { choice, type Options } from '../cam/choice';
import type { GalleryContent } from './galleryContent';
import type { GalleryChoices, GallerySort } from './galleryOrder';
import { countClasses } from './galleryOrder';

/** What the user can do in the gallery. */
export interface GalleryActions {
  readonly start: () => void;
  readonly stop: (side: GallerySide) => void;
  readonly resume: (side: GallerySide) => void;
  readonly compare: (by: 'method' | 'model') => void;
  readonly open: (id: string) => void;
  readonly choose: (change: Partial<GalleryChoices>) => void;
}

const SORTS: Options<GallerySort> = [
  { value: 'order', label: 'As they came', title: 'In the order in which they were explained' },
  { value: 'probability', label: 'Probability', title: 'Probability of the most likely class' },
  { value: 'error', label: 'Error', title: '1 − probability of the true class, where the folder names one' },
  { value: 'entropy', label: 'Entropy', title: 'Entropy of the probabilities: how undecided the model is' },
  { value: 'certificate', label: 'Certificate', title: 'How far map + bias is from adding up' },
  {
    value: 'border',
    label: 'Border energy',
    title: 'Share of |map| in the outer ring of cells over its share of area',
  },
];
const RANGES: Options<GalleryChoices['range']> = [
  { value: 'shared', label: 'Shared', title: 'The same colours mean the same values in all images' },
  { value: 'map', label: 'Each its own', title: 'Every map fills the colours: strengths cannot be compared' },
];

/** What is shown, in which order, and what can be done about it. */
export function galleryBar(
  { series, rows }: GalleryContent,
  other: GalleryContent | null,
  choices: GalleryChoices,
  actions: GalleryActions,
): TemplateResult {
  const classes = countClasses(rows, choices.by);
  const isKnown = choices.filter === null || classes.some(({ name }) => name === choices.filter);
  return html`<div class="gallery-bar">
    <div class="gallery-controls">
      <button class="cam-button" @click=${actions.start}>Explain a Folder…</button>
      ${choice('Sort by', SORTS, choices.sort, (sort) => actions.choose({ sort }))}
      ${choices.sort === 'order' ? nothing : directionButton(choices, actions)}
      ${series.hasClassFolders ? byControl(choices, actions) : nothing}
      <label class="cam-control"
        ><span>Class</span>
        <select
          @change=${(event: Event) => {
            const { selectedIndex } = event.target as HTMLSelectElement;
            actions.choose({ filter: selectedIndex === 0 ? null : (classes[selectedIndex - 1]?.name ?? null) });
          }}
        >
          <option .selected=${choices.filter === null || !isKnown}>All (${rows.length})</option>
          ${classes.map(({ name, images }) => html`<option .selected=${name === choices.filter}>${name} (${images})</option>`)}
        </select></label
      >
      ${choice('Scale', RANGES, choices.range, (range) => actions.choose({ range }))}
      <button class="cam-button cam-secondary" @click=${() => actions.compare('method')}>Compare Methods…</button>
      <button class="cam-button cam-secondary" @click=${() => actions.compare('model')}>Compare Models…</button>
    </div>
    ${statusLine(other === null ? null : 'A', 'main', { series, rows }, actions)}
    ${other === null ? nothing : statusLine('B', 'other', other, actions)}
  </div>`;
}

function directionButton({ descending }: GalleryChoices, actions: GalleryActions): TemplateResult {
  const label = descending ? 'Largest first' : 'Smallest first';
  return html`<button
    class="cam-button cam-secondary"
    title="Turn the order round"
    @click=${() => actions.choose({ descending: !descending })}
  >
    ${descending ? '↓' : '↑'} ${label}
  </button>`;
}

function byControl({ by }: GalleryChoices, actions: GalleryActions): TemplateResult {
  const options: Options<GalleryChoices['by']> = [
    { value: 'predicted', label: 'Predicted', title: 'The class that the model finds most likely' },
    {
      value: 'true',
      label: 'True (folder)',
      title: 'All images lie in subfolders: the folder’s name is taken as the class',
    },
  ];
  return choice('Classes are', options, by, (chosen) => actions.choose({ by: chosen, filter: null }));
}

/** How far a series is, how good the model is on it, and what can be done. */
function statusLine(
  mark: 'A' | 'B' | null,
  side: GallerySide,
  { series, rows }: GalleryContent,
  actions: GalleryActions,
): TemplateResult {
  const { source, model, method, layer, total, state, notes, unit } = series;
  const failed = rows.filter(({ message }) => message !== null).length;
  const judged = rows.filter(({ correct }) => correct !== null);
  const right = judged.filter(({ correct }) => correct === true).length;
  const parts = [
    `${rows.length} of ${total} images`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(judged.length > 0
      ? [`${((100 * right) / judged.length).toFixed(1)} % of ${judged.length} right by folder`]
      : []),
  ];
  return html`<div class="gallery-status">
    <span class="gallery-source"
      >${mark === null ? nothing : html`<b>${mark}</b> `}${source} · ${model} · ${method} at ${layer} (${unit})</span
    >
    <span role="status" aria-live="polite">${parts.join(', ')}</span>
    ${state === 'running' ? html`<progress aria-label="Progress" max=${total} .value=${rows.length}></progress>` : nothing}
    ${state === 'running' ? html`<button class="cam-link" @click=${() => actions.stop(side)}>Stop</button>` : nothing}
    ${
      state === 'stopped' || state === 'failed'
        ? html`<span>${state === 'stopped' ? 'Stopped.' : nothing}</span>
            <button class="cam-link" @click=${() => actions.resume(side)}>Go On</button>`
        : nothing
    }
    ${state === 'stopped' ? nothing : notes.map((note) => html`<span class="gallery-note">${note}</span>`)}
  </div>`;
}
