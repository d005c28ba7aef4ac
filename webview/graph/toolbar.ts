import { html, nothing, svg, type TemplateResult } from 'lit/html.js';
import { COLOR_CHOICES, type ColorBy } from './colorBy';
import type { Extent, Format } from './exportPicture';
import type { SearchState } from './search';

const EXPORTS: readonly (readonly [Extent, Format, string])[] = [
  ['visible', 'svg', 'What is in view, as SVG'],
  ['visible', 'png', 'What is in view, as PNG'],
  ['whole', 'svg', 'Whole graph, as SVG'],
  ['whole', 'png', 'Whole graph, as PNG'],
];

export interface ToolbarActions {
  search(query: string): void;
  nextMatch(step: 1 | -1): void;
  leaveSearch(): void;
  zoom(factor: number): void;
  fit(): void;
  showHead(): void;
  unfold(): void;
  unfoldAll(): void;
  stop(): void;
  fold(): void;
  colorBy(by: ColorBy): void;
  exportPicture(extent: Extent, format: Format): void;
}

export interface ShownInToolbar {
  readonly search: SearchState;
  readonly hasHead: boolean;
  readonly colorBy: ColorBy;
  /** Everything is being opened; it can be stopped. */
  readonly isExpanding: boolean;
}

/** Lies over the upper left corner of the canvas. */
export function toolbarTemplate(shown: ShownInToolbar, actions: ToolbarActions): TemplateResult {
  const { query, found, position } = shown.search;
  const matches = position < 0 ? `${found.length} found` : `${position + 1} of ${found.length}`;
  const count = query === '' ? '' : found.length === 0 ? 'No match' : matches;
  const onKeydown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      actions.nextMatch(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape') {
      actions.leaveSearch();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const onExport = (event: Event): void => {
    const select = event.target as HTMLSelectElement;
    const chosen = EXPORTS.find(([extent, format]) => select.value === `${extent} ${format}`);
    select.value = '';
    if (chosen !== undefined) {
      actions.exportPicture(chosen[0], chosen[1]);
    }
  };
  return html`<div class="graph-search" role="search">
      <input
        type="search"
        class="input"
        placeholder="Find layer, attribute, shape"
        aria-label="Find layers by name, operator, tensor, attribute or shape"
        title="Find by name, operator, tensor, attribute (kernel_shape=3) or shape (112x112). Ctrl+F, Cmd+F"
        .value=${query}
        @input=${(event: InputEvent) => actions.search((event.target as HTMLInputElement).value)}
        @keydown=${onKeydown}
      />
      <span class="graph-search-count" role="status">${count}</span>
      ${iconButton('Previous match (Shift+Enter)', 'M3,10 L8,5 L13,10', () => actions.nextMatch(-1), found.length === 0)}
      ${iconButton('Next match (Enter)', 'M3,6 L8,11 L13,6', () => actions.nextMatch(1), found.length === 0)}
    </div>
    <div class="graph-buttons" role="toolbar" aria-label="Graph">
      ${iconButton('Zoom out (-)', 'M3,8 L13,8', () => actions.zoom(1 / 1.4))}
      ${iconButton('Zoom in (+)', 'M3,8 L13,8 M8,3 L8,13', () => actions.zoom(1.4))}
      ${iconButton('Fit to window (Home)', 'M2,6 V2 H6 M10,2 H14 V6 M14,10 V14 H10 M6,14 H2 V10', actions.fit)}
      ${iconButton('Unfold one level', 'M4,3 L8,7 L12,3 M4,9 L8,13 L12,9', actions.unfold)}
      ${
        shown.isExpanding
          ? iconButton('Stop unfolding (Escape)', 'M4,4 H12 V12 H4 Z', actions.stop)
          : iconButton('Unfold everything', 'M4,1 L8,5 L12,1 M4,6 L8,10 L12,6 M4,11 L8,15 L12,11', actions.unfoldAll)
      }
      ${iconButton('Fold all blocks', 'M4,7 L8,3 L12,7 M4,13 L8,9 L12,13', actions.fold)}
      ${
        shown.hasHead
          ? html`<button class="text-button" title="Show the classification head (H)" @click=${actions.showHead}>
              Head
            </button>`
          : nothing
      }
    </div>
    <div class="graph-buttons" role="toolbar" aria-label="Colours and export">
      <label class="graph-choice">
        <span>Colour</span>
        <select
          class="select"
          aria-label="Colour boxes by"
          @change=${(event: Event) => actions.colorBy((event.target as HTMLSelectElement).value as ColorBy)}
        >
          ${Object.entries(COLOR_CHOICES).map(
            ([by, { label }]) => html`<option value=${by} ?selected=${by === shown.colorBy}>${label}</option>`,
          )}
        </select>
      </label>
      <select
        class="select graph-export"
        aria-label="Export the picture"
        title="Export the picture"
        @change=${onExport}
      >
        <option value="" selected>Export…</option>
        ${EXPORTS.map(([extent, format, label]) => html`<option value=${`${extent} ${format}`}>${label}</option>`)}
      </select>
    </div>`;
}

/** `path`: lines in a 16×16 box. */
function iconButton(label: string, path: string, onClick: () => void, disabled = false): TemplateResult {
  return html`<button class="icon-button" title=${label} aria-label=${label} ?disabled=${disabled} @click=${onClick}>
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${svg`<path d=${path}></path>`}</svg>
  </button>`;
}
