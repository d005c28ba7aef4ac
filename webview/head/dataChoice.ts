import { html, type TemplateResult } from 'lit/html.js';
import type { HeadData } from '../../src/protocol/headWork';
import type { App } from '../app';

type Kind = 'folder' | 'csv';

/** Images that the host's dialog was used to choose. */
export class DataChoice {
  #data: HeadData | null = null;

  constructor(
    private readonly app: App,
    private readonly changed: () => void,
  ) {}

  get data(): HeadData | null {
    return this.#data;
  }

  /** What was chosen before the page was built again; null: nothing. */
  restore(data: HeadData | null): void {
    this.#data = data;
  }

  clear(): void {
    this.#data = null;
    this.changed();
  }

  async choose(kind: Kind): Promise<void> {
    const { data } = await this.app.channel.request('chooseHeadData', { kind });
    if (data !== null) {
      this.#data = data;
      this.changed();
    }
  }

  /** What was chosen, and both ways to choose. */
  template(isDisabled: boolean): TemplateResult {
    const button = (kind: Kind, label: string, title: string) =>
      html`<button class="text-button" title=${title} ?disabled=${isDisabled} @click=${() => void this.choose(kind)}>
        ${label}
      </button>`;
    return html`${this.#data === null ? '' : html`<span class="data-name" title=${this.#data.path}>${this.#data.name}</span>`}
    ${button('folder', 'Choose a Folder…', 'One folder per class, named as the class')}
    ${button('csv', 'Choose a CSV File…', 'Rows of path and label; several labels are separated by semicolons')}`;
  }
}
