import { html, nothing, render } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { searchClasses, toClassLabel } from './classLabels';
import { formatNumber, formatPercent } from './formatNumber';

/** As many as one scrolls through; a longer query finds the others. */
const OPTION_LIMIT = 60;

export interface ClassPickerState {
  readonly labels: readonly string[] | null;
  readonly logits: Float32Array;
  readonly probabilities: Float32Array | null;
  /** null: nothing chosen, the field is empty. */
  readonly selected: number | null;
}

/** A combobox over all classes (ARIA authoring practices: editable, list autocomplete). */
export function createClassPicker(
  id: string,
  label: string,
  placeholder: string,
  onPick: (classIndex: number) => void,
): { readonly element: HTMLElement; draw(state: ClassPickerState): void } {
  const element = document.createElement('div');
  element.className = 'cam-picker';
  let state: ClassPickerState | null = null;
  /** null: closed. */
  let query: string | null = null;
  let active = 0;

  function change(nextQuery: string | null, nextActive = 0): void {
    query = nextQuery;
    active = nextActive;
    redraw();
    element.querySelector('[role=option][aria-selected=true]')?.scrollIntoView?.({ block: 'nearest' });
  }

  function pick(classIndex: number | undefined): void {
    if (classIndex !== undefined) {
      onPick(classIndex);
      change(null);
    }
  }

  function find(current: ClassPickerState): ReturnType<typeof searchClasses> {
    return searchClasses(current.labels, current.logits, query ?? '', OPTION_LIMIT);
  }

  function onKey(event: KeyboardEvent): void {
    if (!state) {
      return;
    }
    const { found } = find(state);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      change(query ?? '', query === null ? 0 : Math.min(found.length - 1, Math.max(0, active + step)));
    } else if (event.key === 'Enter' && query !== null) {
      event.preventDefault();
      pick(found[active]);
    } else if (event.key === 'Escape' && query !== null) {
      event.stopPropagation();
      change(null);
    }
  }

  function redraw(): void {
    if (state) {
      render(template(state, find(state)), element);
    }
  }

  function template(current: ClassPickerState, { found, total }: ReturnType<typeof searchClasses>): TemplateResult {
    const isOpen = query !== null;
    const chosen = current.selected === null ? '' : toClassLabel(current.labels, current.selected);
    return html`<label class="cam-control">
        <span>${label}</span>
        <input
          type="text"
          role="combobox"
          autocomplete="off"
          spellcheck="false"
          aria-autocomplete="list"
          aria-expanded=${isOpen}
          aria-controls="${id}-list"
          aria-activedescendant=${isOpen && found.length > 0 ? `${id}-${active}` : nothing}
          placeholder=${placeholder}
          .value=${live(query ?? chosen)}
          @focus=${(event: Event) => {
            (event.target as HTMLInputElement).select();
          }}
          @click=${() => query ?? change('')}
          @input=${(event: Event) => change((event.target as HTMLInputElement).value)}
          @keydown=${onKey}
          @blur=${() => change(null)}
        />
      </label>
      <ul id="${id}-list" class="cam-options" role="listbox" aria-label=${label} ?hidden=${!isOpen}>
        ${isOpen ? options(current, found, total) : nothing}
      </ul>`;
  }

  function options(current: ClassPickerState, found: readonly number[], total: number): TemplateResult {
    return html`${found.map((classIndex, place) => option(current, classIndex, place))}
    ${found.length === 0 ? html`<li class="cam-options-note">No class matches “${query}”</li>` : nothing}
    ${total > found.length ? html`<li class="cam-options-note">${total - found.length} more: type to narrow</li>` : nothing}`;
  }

  function option(
    { labels, logits, probabilities }: ClassPickerState,
    classIndex: number,
    place: number,
  ): TemplateResult {
    // Before the field loses the focus, which closes the list.
    const onPointerDown = (event: Event): void => {
      event.preventDefault();
      pick(classIndex);
    };
    const value = probabilities ? formatPercent(probabilities[classIndex]) : formatNumber(logits[classIndex]);
    return html`<li id="${id}-${place}" role="option" aria-selected=${place === active} @mousedown=${onPointerDown}>
      <span class="cam-class-index">${classIndex}</span
      ><span class="cam-class-label">${toClassLabel(labels, classIndex)}</span><span class="cam-figure">${value}</span>
    </li>`;
  }

  return {
    element,
    draw(next) {
      const isSame =
        state && (Object.keys(next) as (keyof ClassPickerState)[]).every((key) => state?.[key] === next[key]);
      if (!isSame) {
        state = next;
        redraw();
      }
    },
  };
}
