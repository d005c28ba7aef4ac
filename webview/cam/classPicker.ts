import { html, nothing, render } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { searchClasses, toClassLabel, toClassNumber } from './classLabels';
import { formatNumber, formatPercent } from './formatNumber';

/** As many as one scrolls through; a longer query finds the others. */
const OPTION_LIMIT = 60;
const PAGE_STEP = 8;
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE_STEP, PageUp: -PAGE_STEP };

export interface ClassPickerState {
  readonly labels: readonly string[] | null;
  readonly logits: Float32Array;
  readonly probabilities: Float32Array | null;
  /** null: nothing chosen, the field is empty. */
  readonly selected: number | null;
}

export interface ClassPickerOptions {
  /** Unique in the page. */
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly onPick: (classIndex: number) => void;
}

/** A combobox over all classes (ARIA authoring practices: editable, with list autocomplete). */
export class ClassPicker {
  readonly element = document.createElement('div');
  #state: ClassPickerState | null = null;
  /** null: the list is closed. */
  #query: string | null = null;
  #active = 0;

  constructor(private readonly options: ClassPickerOptions) {
    this.element.className = 'cam-picker';
  }

  draw(state: ClassPickerState): void {
    const known = this.#state;
    if (!known || (Object.keys(state) as (keyof ClassPickerState)[]).some((key) => state[key] !== known[key])) {
      this.#state = state;
      this.#redraw();
    }
  }

  #change(query: string | null, active = 0): void {
    this.#query = query;
    this.#active = active;
    this.#redraw();
    // jsdom has no layout and no scrollIntoView.
    this.element.querySelector('[role=option][aria-selected=true]')?.scrollIntoView?.({ block: 'nearest' });
  }

  #pick(classIndex: number | undefined): void {
    if (classIndex !== undefined) {
      this.options.onPick(classIndex);
      this.#change(null);
    }
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (!this.#state) {
      return;
    }
    const isOpen = this.#query !== null;
    const { found } = this.#search(this.#state);
    if (event.key in STEPS) {
      event.preventDefault();
      const next = Math.min(found.length - 1, Math.max(0, this.#active + STEPS[event.key]));
      this.#change(this.#query ?? '', isOpen ? next : 0);
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault();
      this.#pick(found[this.#active]);
    } else if (event.key === 'Escape' && isOpen) {
      event.stopPropagation();
      this.#change(null);
    }
  };

  #search({ labels, logits }: ClassPickerState): ReturnType<typeof searchClasses> {
    return searchClasses(labels, logits, this.#query ?? '', OPTION_LIMIT);
  }

  #redraw(): void {
    if (this.#state) {
      const { found, total } = this.#query === null ? { found: [], total: 0 } : this.#search(this.#state);
      const list = this.#query === null ? nothing : this.#optionsTemplate(this.#state, found, total);
      render(html`${this.#fieldTemplate(this.#state, found.length)}${this.#listTemplate(list)}`, this.element);
    }
  }

  #fieldTemplate({ labels, selected }: ClassPickerState, count: number): TemplateResult {
    const { id, label, placeholder } = this.options;
    return html`<label class="cam-control">
      <span>${label}</span>
      <input
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck="false"
        aria-autocomplete="list"
        aria-expanded=${this.#query !== null}
        aria-controls="${id}-list"
        aria-activedescendant=${count > 0 ? `${id}-${this.#active}` : nothing}
        placeholder=${placeholder}
        .value=${live(this.#query ?? (selected === null ? '' : toClassLabel(labels, selected)))}
        @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
        @click=${() => this.#query ?? this.#change('')}
        @input=${(event: Event) => this.#change((event.target as HTMLInputElement).value)}
        @keydown=${this.#onKey}
        @blur=${() => this.#change(null)}
      />
    </label>`;
  }

  #listTemplate(content: TemplateResult | typeof nothing): TemplateResult {
    const { id, label } = this.options;
    return html`<ul
      id="${id}-list"
      class="cam-options"
      role="listbox"
      aria-label=${label}
      ?hidden=${content === nothing}
    >
      ${content}
    </ul>`;
  }

  #optionsTemplate(state: ClassPickerState, found: readonly number[], total: number): TemplateResult {
    const note = (text: string): TemplateResult => html`<li class="cam-options-note" role="presentation">${text}</li>`;
    return html`${found.map((classIndex, place) => this.#optionTemplate(state, classIndex, place))}
    ${found.length === 0 ? note(`No class matches “${this.#query}”`) : nothing}
    ${total > found.length ? note(`${total - found.length} more: type to narrow`) : nothing}`;
  }

  #optionTemplate(
    { labels, logits, probabilities }: ClassPickerState,
    classIndex: number,
    place: number,
  ): TemplateResult {
    // Before the field loses the focus, which closes the list.
    const onPress = (event: Event): void => {
      event.preventDefault();
      this.#pick(classIndex);
    };
    const value = probabilities ? formatPercent(probabilities[classIndex]) : formatNumber(logits[classIndex]);
    return html`<li
      id="${this.options.id}-${place}"
      role="option"
      aria-selected=${place === this.#active}
      @mousedown=${onPress}
    >
      <span class="cam-class-index">${toClassNumber(labels, classIndex)}</span>
      <span class="cam-class-label">${toClassLabel(labels, classIndex)}</span>
      <span class="cam-figure">${value}</span>
    </li>`;
  }
}
