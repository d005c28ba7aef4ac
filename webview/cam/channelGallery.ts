import { html, render } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { ClassMap } from '../../src/protocol/explanation';
import type { CamActions } from './camActions';
import type { CamChoices } from './camChoices';
import { channelCard } from './channelCard';
import type { ChannelOrder } from './channelRanking';
import { choice } from './choice';
import type { Options } from './choice';
import type { Scene, ShownExactMap } from './scene';

/** Cards drawn at once; the rest of a thousand channels is on further pages. */
const PAGE_SIZE = 48;

interface GalleryScene {
  readonly scene: Scene;
  readonly shown: ShownExactMap;
}

/** The channels, ranked by what they add to the logit, each with its map and numbers. */
export class ChannelGallery {
  readonly element = document.createElement('section');
  #page = 0;
  #drawn: { readonly evidence: ClassMap; readonly order: ChannelOrder; readonly channel: number | null } | null = null;
  #current: GalleryScene | null = null;

  constructor(private readonly actions: CamActions) {
    this.element.className = 'cam-panel cam-gallery';
    this.element.setAttribute('aria-labelledby', 'cam-channels-title');
  }

  draw(scene: Scene, shown: ShownExactMap): void {
    const next = { evidence: shown.evidence, order: scene.cam.channelOrder, channel: shown.channel };
    const drawn = this.#drawn;
    if (drawn?.evidence !== next.evidence || drawn.order !== next.order) {
      this.#page = 0;
    } else if (next.channel !== null && drawn.channel !== next.channel) {
      // It may have been chosen in the ledger: turn to its card.
      this.#page = Math.floor(shown.channels.findIndex(({ channel }) => channel === next.channel) / PAGE_SIZE);
    }
    this.#drawn = next;
    this.#current = { scene, shown };
    this.#redraw();
  }

  #turn(page: number): void {
    this.#page = page;
    this.#redraw();
  }

  #redraw(): void {
    if (this.#current) {
      render(this.#template(this.#current), this.element);
    }
  }

  #template({ scene, shown }: GalleryScene): TemplateResult {
    const first = this.#page * PAGE_SIZE;
    const rows = shown.channels.slice(first, first + PAGE_SIZE);
    // One card takes part in the tab order: the selected one, or the first.
    const tabStop = rows.find(({ channel }) => channel === shown.channel) ?? rows[0];
    return html`<div class="cam-gallery-head">
        <h2 id="cam-channels-title">Channels <span class="cam-quiet">${shown.channels.length}</span></h2>
        ${choice('Order', ORDERS, scene.cam.channelOrder, (channelOrder) => this.actions.chooseCam({ channelOrder }))}
        ${choice('Map', MAPS, scene.cam.channelMap, (channelMap) => this.actions.chooseCam({ channelMap }))}
        ${this.#pagesTemplate(shown, `${first + 1}–${first + rows.length}`)}
      </div>
      <div class="cam-cards" role="listbox" aria-labelledby="cam-channels-title" @keydown=${this.#onKey}>
        ${rows.map((row) => channelCard(row, { scene, shown, isTabStop: row === tabStop }, this.#toggle))}
      </div>`;
  }

  #pagesTemplate(shown: ShownExactMap, range: string): TemplateResult {
    const last = countPages(shown) - 1;
    const button = (sign: string, label: string, page: number): TemplateResult =>
      html`<button
        class="cam-button cam-secondary"
        aria-label=${label}
        ?disabled=${page < 0 || page > last}
        @click=${() => this.#turn(page)}
      >
        ${sign}
      </button>`;
    return html`<nav class="cam-pages" aria-label="Pages of channels">
      ${button('‹', 'Previous page', this.#page - 1)}<span>${range}</span>${button('›', 'Next page', this.#page + 1)}
    </nav>`;
  }

  readonly #toggle = (channel: number): void => {
    const isShown = channel === this.#current?.shown.channel;
    this.actions.choose({ selectedChannel: isShown ? null : channel });
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const cards = [...this.element.querySelectorAll<HTMLElement>('[role=option]')];
    const place = cards.indexOf(document.activeElement as HTMLElement);
    const columns = countColumns(cards);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    const shown = this.#current?.shown;
    if (step !== undefined) {
      event.preventDefault();
      cards[Math.min(cards.length - 1, Math.max(0, place + step))]?.focus();
    } else if (shown && (event.key === 'PageDown' || event.key === 'PageUp')) {
      event.preventDefault();
      this.#turn(Math.min(countPages(shown) - 1, Math.max(0, this.#page + (event.key === 'PageDown' ? 1 : -1))));
      this.element.querySelector<HTMLElement>('[role=option]')?.focus();
    } else if (shown && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      this.#toggle(shown.channels[this.#page * PAGE_SIZE + place].channel);
    } else if (event.key === 'Escape') {
      this.actions.choose({ selectedChannel: null });
    }
  };
}

const ORDERS: Options<ChannelOrder> = [
  { value: 'magnitude', label: 'Largest first', title: 'By the size of the contribution, for or against' },
  { value: 'positive', label: 'Most for', title: 'What adds most first' },
  { value: 'negative', label: 'Most against', title: 'What takes most away first' },
];
const MAPS: Options<CamChoices['channelMap']> = [
  { value: 'contribution', label: 'Contribution w·F', title: 'What the channel adds to the map' },
  { value: 'activation', label: 'Activation F', title: 'What the channel responds to, whatever its weight' },
];

function countPages({ channels }: ShownExactMap): number {
  return Math.ceil(channels.length / PAGE_SIZE);
}

/** Cards in the first row of the grid. */
function countColumns(cards: readonly HTMLElement[]): number {
  const next = cards.findIndex((card) => card.offsetTop !== cards[0].offsetTop);
  return next < 0 ? cards.length : next;
}
