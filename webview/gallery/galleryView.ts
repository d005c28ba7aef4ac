import { html, nothing, render } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { AverageMap, GalleryRow } from '../../src/protocol/gallery';
import type { App, AppState, CreateView, View } from '../app';
import { findColorMap } from '../cam/colorMaps';
import type { ColorScale, ValueRange } from '../cam/colorScale';
import { computeRange, createColorScale } from '../cam/colorScale';
import { legend } from '../cam/legend';
import '../cam/cam.css';
import { averagePanel } from './averagePanel';
import { CellCache } from './cellCache';
import { cellPicture, enlargeMap, subtract, toShares } from './cellPicture';
import './gallery.css';
import type { GalleryActions } from './galleryBar';
import { galleryBar } from './galleryBar';
import type { Galleries, GalleryContent } from './galleryContent';
import { CELL_HEIGHT, galleryGrid, toCellWidth } from './galleryGrid';
import type { GalleryChoices } from './galleryOrder';
import { arrangeRows, DEFAULT_GALLERY_CHOICES } from './galleryOrder';
import { findVisibleCells } from './visibleCells';
import { toMessage } from '../../src/protocol/errorMessage';

/** Many images at once: which classes, how surely, and where the model looks; beside another method or model. */
export const createGalleryView: CreateView = (app) => new GalleryView(app);

interface Averages {
  readonly of: readonly [series: number, by: GalleryChoices['by']];
  readonly maps: readonly AverageMap[];
}

class GalleryView implements View {
  readonly element = document.createElement('section');
  readonly #cells: CellCache;
  readonly #actions: GalleryActions;
  #scroll: HTMLElement | null = null;
  #rows: readonly GalleryRow[] = [];
  #arranged: readonly [rows: readonly GalleryRow[], choices: GalleryChoices] | null = null;
  #otherRows: { readonly of: readonly GalleryRow[]; readonly byId: ReadonlyMap<string, GalleryRow> } = {
    of: [],
    byId: new Map(),
  };
  #focused = 0;
  #cellsOf = '';
  #averages: Averages | null = null;
  #report = '';

  constructor(private readonly app: App) {
    this.element.className = 'cam-view gallery-view';
    this.element.setAttribute('aria-label', 'Many images');
    const readCells = async (ids: readonly string[]) => {
      const answer = await this.#ask(() => app.channel.request('galleryCells', { ids }));
      return answer?.cells ?? [];
    };
    this.#cells = new CellCache(readCells, () => app.update({}));
    this.#actions = {
      start: () => void this.#ask(() => app.channel.request('chooseGallery', {})),
      stop: (side) => void this.#ask(() => app.channel.request('stopGallery', { side })),
      resume: (side) => void this.#ask(() => app.channel.request('resumeGallery', { side })),
      compare: (by) => void this.#ask(() => app.channel.request('compareGallery', { by })),
      open: (id) => void this.#ask(() => app.channel.request('openGalleryImage', { id })),
      choose: (change) => app.choose({ gallery: { ...readChoices(app.state), ...change } }),
    };
    new ResizeObserver(() => app.update({})).observe(this.element);
  }

  draw(state: AppState): void {
    const { main } = state.galleries;
    render(
      html`<h1 class="visually-hidden">Many images</h1>
        ${main === null ? this.#emptyTemplate(state) : this.#template(state, main, state.galleries)}`,
      this.element,
    );
    this.#scroll = this.element.querySelector('.gallery-scroll');
  }

  shown(): void {
    this.app.update({});
  }

  #emptyTemplate({ trusted }: AppState): TemplateResult {
    return html`<div class="cam-message">
      <h2>Many images at once</h2>
      <p>
        Explains every image of a folder, or of a pattern such as <code>data/**/*.png</code>, and shows the maps side by
        side on one scale. A series that is stopped goes on where it was.
      </p>
      <div class="cam-actions">
        <button class="cam-button" ?disabled=${!trusted} @click=${this.#actions.start}>Explain a Folder…</button>
      </div>
      ${trusted ? nothing : html`<p class="cam-note">Running models needs a trusted workspace.</p>`}
      <p class="cam-report" role="status">${this.#report}</p>
    </div>`;
  }

  #template(state: AppState, main: GalleryContent, { other }: Galleries): TemplateResult {
    const choices = readChoices(state);
    this.#dropOutdated(main, other);
    this.#arrange(main.rows, choices);
    const { clientWidth = 800, clientHeight = 600, scrollTop = 0 } = this.#scroll ?? {};
    const cellWidth = toCellWidth(other !== null, clientWidth);
    const size = { count: this.#rows.length, cellWidth, cellHeight: CELL_HEIGHT, width: clientWidth };
    const visible = findVisibleCells(size, scrollTop, clientHeight);
    this.#cells.want(
      this.#rows.slice(visible.first, visible.end).flatMap((row) => (row.message === null ? row.id : [])),
    );
    const scale = this.#createScale(state, [main, ...(other === null ? [] : [other])]);
    const averages =
      this.#averages?.of[0] === main.series.id && this.#averages.of[1] === choices.by ? this.#averages : null;
    return html`${galleryBar(main, other, choices, this.#actions)}
      ${choices.range === 'shared' ? legend(scale, main.series.unit, 'One scale for all images', null) : nothing}
      ${other !== null ? compareNote(main, other, choices.range) : nothing}
      <p class="cam-report" role="status">${this.#report}</p>
      <div class="gallery-columns">
        <div class="gallery-scroll" @scroll=${() => this.app.update({})}>
          ${galleryGrid({
            ...{ rows: this.#rows, visible, cellWidth, sort: choices.sort, focused: this.#focused },
            other: this.#readOther(other),
            pictures: (row) => this.#picturesTemplate(row, state, main, other, scale),
            open: this.#actions.open,
            focus: this.#focus,
          })}
        </div>
        ${averagePanel(main.series, averages?.maps ?? null, choices.by, scale.map, () => void this.#average(main, choices.by))}
      </div>`;
  }

  #picturesTemplate(
    { id }: GalleryRow,
    state: AppState,
    main: GalleryContent,
    other: GalleryContent | null,
    shared: ColorScale,
  ): TemplateResult {
    const cell = this.#cells.find(id);
    if (cell === undefined) {
      return html`<div class="gallery-canvas gallery-waiting"></div>`;
    }
    const { picture, map, otherMap } = cell;
    const size = picture ?? { height: 112, width: 112 };
    const { opacity, sign } = state.choices;
    const ownScale = (...values: Float32Array[]) =>
      readChoices(state).range === 'map' ? createColorScale(shared.map, sign, computeRange(...values)) : shared;
    const first = map === null ? null : enlargeMap(main.series, map, size);
    if (other === null) {
      return cellPicture(picture, first, ownScale(...(map === null ? [] : [map.values])), opacity);
    }
    const second = otherMap === null ? null : enlargeMap(other.series, otherMap, size);
    const isOwn = readChoices(state).range === 'map';
    const isComparable = first !== null && second !== null && (isOwn || main.series.unit === other.series.unit);
    // Of maps that each fill the colours, the shares of their own largest value are compared.
    const difference = isComparable
      ? subtract(isOwn ? toShares(first) : first, isOwn ? toShares(second) : second)
      : null;
    const one = { minimum: -1, maximum: 1 };
    return html`<div class="gallery-three">
      ${cellPicture(picture, first, ownScale(...(map === null ? [] : [map.values])), opacity)}
      ${cellPicture(picture, second, ownScale(...(otherMap === null ? [] : [otherMap.values])), opacity)}
      ${
        difference === null
          ? html`<div class="gallery-canvas gallery-waiting"></div>`
          : cellPicture(null, difference, isOwn ? createColorScale(shared.map, sign, one) : shared, 1, size)
      }
    </div>`;
  }

  #createScale({ choices }: AppState, contents: readonly GalleryContent[]): ColorScale {
    return createColorScale(findColorMap(choices.colorMap), choices.sign, findRange(contents));
  }

  /** Sorting thousands of rows anew for every scrolled pixel would be felt. */
  #arrange(rows: readonly GalleryRow[], choices: GalleryChoices): void {
    if (this.#arranged?.[0] !== rows || this.#arranged[1] !== choices) {
      this.#arranged = [rows, choices];
      this.#rows = arrangeRows(rows, choices);
      this.#focused = Math.min(this.#focused, Math.max(0, this.#rows.length - 1));
    }
  }

  /** Rows of the second series by image. */
  #readOther(other: GalleryContent | null): ReadonlyMap<string, GalleryRow> {
    const rows = other?.rows ?? [];
    if (this.#otherRows.of !== rows) {
      this.#otherRows = { of: rows, byId: new Map(rows.map((row) => [row.id, row])) };
    }
    return this.#otherRows.byId;
  }

  #dropOutdated(main: GalleryContent, other: GalleryContent | null): void {
    // The second maps arrive while it works; when it has ended they are all there.
    const key = `${main.series.id} ${other?.series.id ?? ''} ${other?.series.state ?? ''}`;
    if (key !== this.#cellsOf) {
      this.#cellsOf = key;
      this.#cells.clear();
    }
  }

  readonly #focus = (index: number): void => {
    this.#focused = index;
    const scroll = this.#scroll;
    if (scroll !== null) {
      const cellWidth = toCellWidth(this.app.state.galleries.other !== null, scroll.clientWidth);
      const top = Math.floor(index / Math.max(1, Math.floor(scroll.clientWidth / cellWidth))) * CELL_HEIGHT;
      scroll.scrollTop = Math.min(top, Math.max(scroll.scrollTop, top + CELL_HEIGHT - scroll.clientHeight));
    }
    this.app.update({});
    // Frames run in the order they were asked for: the cell has been drawn.
    requestAnimationFrame(() => this.element.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
  };

  async #average({ series }: GalleryContent, by: GalleryChoices['by']): Promise<void> {
    const answer = await this.#ask(() => this.app.channel.request('galleryAverages', { side: 'main', by }));
    if (answer !== null) {
      this.#averages = { of: [series.id, by], maps: answer.averages };
      this.app.update({});
    }
  }

  async #ask<Result>(request: () => Promise<Result>): Promise<Result | null> {
    try {
      const answer = await request();
      this.#report = '';
      return answer;
    } catch (error: unknown) {
      this.#report = toMessage(error);
      this.app.update({});
      return null;
    }
  }
}

function readChoices({ choices }: AppState): GalleryChoices {
  return choices.gallery ?? DEFAULT_GALLERY_CHOICES;
}

/** From the smallest to the largest value of all maps; null without any. */
function findRange(contents: readonly GalleryContent[]): ValueRange | null {
  let [minimum, maximum] = [Infinity, -Infinity];
  for (const { rows } of contents) {
    for (const row of rows) {
      minimum = Math.min(minimum, row.minimum ?? Infinity);
      maximum = Math.max(maximum, row.maximum ?? -Infinity);
    }
  }
  return minimum <= maximum ? { minimum, maximum } : null;
}

function compareNote(
  { series: a }: GalleryContent,
  { series: b }: GalleryContent,
  range: GalleryChoices['range'],
): TemplateResult {
  const names = a.model === b.model ? [a.method, b.method] : [`${a.model}, ${a.method}`, `${b.model}, ${b.method}`];
  const shared =
    a.unit === b.unit
      ? 'right: first minus second on the same scale, where the cells lie on the image. Where methods differ by a factor, choose the scale “Each its own”'
      : `no difference, because ${a.unit}s and ${b.unit}s cannot be subtracted; choose the scale “Each its own”`;
  const own = 'right: first minus second, each as a share of its own largest |value|';
  return html`<p class="cam-note">Each image: ${names[0]}; ${names[1]}; ${range === 'map' ? own : shared}.</p>`;
}
