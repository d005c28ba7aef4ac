import { html, nothing, render } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { ClassMap } from '../../src/protocol/explanation';
import type { CamActions } from './camActions';
import type { CamChoices } from './camChoices';
import type { ChannelRow } from './channelRanking';
import { choice } from './displayControls';
import { formatNumber, formatPercent, formatSigned } from './formatNumber';
import { painted } from './painted';
import { paintValues } from './paintValues';
import { putPixels } from './rasters';
import { readChannelMap } from './scene';
import type { ExplainedScene, Scene, ShownMap } from './scene';
import { placeByStretch } from './cellPlacement';
import { upsampleMap } from './upsampleMap';

/** Cards drawn at once; the rest of a thousand channels is on further pages. */
const PAGE_SIZE = 48;
/** Pixels of a card's map along its longer side. */
const CARD_PIXELS = 72;

/** The channels, ranked by what they add to the logit, each with its map and numbers. */
export function createChannelGallery(actions: CamActions): {
  readonly element: HTMLElement;
  draw(scene: Scene, explained: ExplainedScene, shown: ShownMap): void;
} {
  const element = document.createElement('section');
  element.className = 'cam-panel cam-gallery';
  element.setAttribute('aria-labelledby', 'cam-channels-title');
  let page = 0;
  let pagesOf: { readonly evidence: ClassMap; readonly order: string; readonly channel: number | null } | null = null;
  let latest: { readonly scene: Scene; readonly explained: ExplainedScene; readonly shown: ShownMap } | null = null;

  function turn(next: number): void {
    page = next;
    redraw();
  }

  function redraw(): void {
    if (latest) {
      render(template(latest.scene, latest.explained, latest.shown), element);
    }
  }

  function template(scene: Scene, explained: ExplainedScene, shown: ShownMap): TemplateResult {
    const { channels } = shown;
    const pages = Math.ceil(channels.length / PAGE_SIZE);
    const rows = channels.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
    // One card takes part in the tab order: the selected one, or the first.
    const tabStop = rows.find(({ channel }) => channel === shown.channel)?.channel ?? rows[0]?.channel;
    return html`<div class="cam-gallery-head">
        <h2 id="cam-channels-title">Channels <span class="cam-quiet">${channels.length}</span></h2>
        ${choice('Order', ORDERS, scene.cam.channelOrder, (channelOrder) => actions.chooseCam({ channelOrder }))}
        ${choice('Map', MAPS, scene.cam.channelMap, (channelMap) => actions.chooseCam({ channelMap }))}
        <nav class="cam-pages" aria-label="Pages of channels">
          <button
            class="cam-button cam-secondary"
            aria-label="Previous page"
            ?disabled=${page === 0}
            @click=${() => turn(page - 1)}
          >
            ‹
          </button>
          <span>${page * PAGE_SIZE + 1}–${page * PAGE_SIZE + rows.length}</span>
          <button
            class="cam-button cam-secondary"
            aria-label="Next page"
            ?disabled=${page >= pages - 1}
            @click=${() => turn(page + 1)}
          >
            ›
          </button>
        </nav>
      </div>
      <div
        class="cam-cards"
        role="listbox"
        aria-labelledby="cam-channels-title"
        @keydown=${(event: KeyboardEvent) => onKey(event, shown, pages)}
      >
        ${rows.map((row) => card(row, scene, explained, shown, row.channel === tabStop, actions))}
      </div>`;
  }

  function onKey(event: KeyboardEvent, shown: ShownMap, pages: number): void {
    const cards = [...element.querySelectorAll<HTMLElement>('[role=option]')];
    const place = cards.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: countColumns(cards), ArrowUp: -countColumns(cards) }[
      event.key
    ];
    if (step !== undefined) {
      event.preventDefault();
      cards[Math.min(cards.length - 1, Math.max(0, place + step))]?.focus();
    } else if (event.key === 'PageDown' || event.key === 'PageUp') {
      event.preventDefault();
      turn(Math.min(pages - 1, Math.max(0, page + (event.key === 'PageDown' ? 1 : -1))));
      element.querySelector<HTMLElement>('[role=option]')?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      const row = shown.channels[page * PAGE_SIZE + place];
      if (row) {
        toggle(row.channel, shown, actions);
      }
    } else if (event.key === 'Escape' && shown.channel !== null) {
      actions.choose({ selectedChannel: null });
    }
  }

  return {
    element,
    draw(scene, explained, shown) {
      const next = { evidence: shown.evidence, order: scene.cam.channelOrder, channel: shown.channel };
      if (pagesOf?.evidence !== next.evidence || pagesOf.order !== next.order) {
        page = 0;
      } else if (next.channel !== null && pagesOf.channel !== next.channel) {
        // Chosen in the ledger: show its card.
        page = Math.floor(shown.channels.findIndex(({ channel }) => channel === next.channel) / PAGE_SIZE);
      }
      pagesOf = next;
      latest = { scene, explained, shown };
      redraw();
    },
  };
}

const ORDERS = [
  { value: 'magnitude', label: 'Largest first', title: 'By the size of the contribution, for or against' },
  { value: 'positive', label: 'Most for', title: 'What raises the logit first' },
  { value: 'negative', label: 'Most against', title: 'What lowers the logit first' },
] as const;
const MAPS: readonly { readonly value: CamChoices['channelMap']; readonly label: string; readonly title: string }[] = [
  { value: 'contribution', label: 'Contribution w·F', title: 'In logits: what the channel adds to the class map' },
  { value: 'activation', label: 'Activation F', title: 'What the channel responds to, whatever its weight' },
];

function card(
  row: ChannelRow,
  { cam }: Scene,
  { explanation }: ExplainedScene,
  { evidence, channelScale, channel, overlay }: ShownMap,
  isTabStop: boolean,
  actions: CamActions,
): TemplateResult {
  const isSelected = row.channel === channel;
  const { height, width } = explanation;
  const paint = (canvas: HTMLCanvasElement): void => {
    const magnification = Math.max(1, Math.round(CARD_PIXELS / Math.max(height, width)));
    const map = readChannelMap(explanation, evidence, cam.channelMap, row.channel);
    const raster = { height, width, magnification };
    const values = upsampleMap(
      map,
      height,
      width,
      placeByStretch(height, width, height, width),
      raster,
      overlay.interpolation,
    );
    putPixels(canvas, paintValues(values, channelScale), height * magnification, width * magnification);
  };
  const { map: colorMap, sign, low, high } = channelScale;
  const key = [evidence, row.channel, cam.channelMap, overlay.interpolation, colorMap, sign, low, high];
  return html`<div
    class="cam-card"
    role="option"
    tabindex=${isTabStop ? 0 : -1}
    aria-selected=${isSelected}
    aria-label="Channel ${row.channel}: contribution ${formatSigned(row.contribution)} logits, ${formatPercent(row.share)} of all"
    title=${describe(row)}
    @click=${() => toggle(row.channel, { channel }, actions)}
  >
    <canvas ${painted(key, paint)}></canvas>
    <span class="cam-card-name">${row.channel}</span>
    <span class="cam-figure ${row.contribution < 0 ? 'cam-against' : 'cam-for'}"
      >${formatSigned(row.contribution)}</span
    >
    <span class="cam-card-detail">w ${formatNumber(row.weight)}</span>
    <span class="cam-card-detail cam-figure">${formatPercent(row.share)}</span>
    ${isSelected ? html`<span class="cam-hidden">shown over the picture</span>` : nothing}
  </div>`;
}

function describe({ channel, weight, mean, contribution, share }: ChannelRow): string {
  return [
    `Channel ${channel}`,
    `contribution ${formatSigned(contribution)} logits = weight ${formatNumber(weight)} on mean activation ${formatNumber(mean)}`,
    `${formatPercent(share)} of all contributions, each counted by its size`,
  ].join('\n');
}

function toggle(channel: number, shown: Pick<ShownMap, 'channel'>, actions: CamActions): void {
  actions.choose({ selectedChannel: channel === shown.channel ? null : channel });
}

/** Cards in the first row of the grid. */
function countColumns(cards: readonly HTMLElement[]): number {
  const next = cards.findIndex((element) => element.offsetTop !== cards[0].offsetTop);
  return next < 0 ? cards.length : next;
}
