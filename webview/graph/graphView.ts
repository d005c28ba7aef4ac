import { render } from 'lit/html.js';
import type { ModelReport } from '../../src/protocol/modelReport';
import type { App, AppState, CreateView, View } from '../app';
import { drawPicture } from './drawPicture';
import './graph.css';
import { createGraphCanvas, READABLE_ZOOM, type GraphCanvas } from './graphCanvas';
import { listenToKeys } from './graphKeys';
import { createGraphModel, type GraphModel } from './graphModel';
import { hasHead, toArea, toHeadItems } from './head';
import { findAncestors, toInitialFold, toUnfolded } from './initialFold';
import { createLayoutThread } from './layoutThread';
import { toElementId, toMarks } from './marks';
import { createMeasure } from './measureText';
import { createMinimap, type Minimap } from './minimap';
import { stepFrom } from './navigation';
import type { Picture, PlacedItem } from './picture';
import { createPropertiesPanel, type PropertiesPanel } from './propertiesPanel';
import { NO_SEARCH, searchLayers, toNextMatch, type SearchState } from './search';
import { toolbarTemplate } from './toolbar';
import type { ItemId } from './viewModel';

export const createGraphView: CreateView = (app) => new LayerGraph(app);

/** Below this zoom texts are specks that cost time to paint. */
const LEGIBLE_ZOOM = 0.2;
const PANEL_WIDTH = 340;
const TOOLBAR_HEIGHT = 44;
const SAVE_AFTER_MS = 300;

/** The graph view while the editor lives: which blocks are open, what is selected and found, and where the user looks. */
class LayerGraph implements View {
  readonly element = document.createElement('section');
  readonly #stage = document.createElement('div');
  readonly #toolbar = document.createElement('div');
  readonly #announcement = document.createElement('div');
  readonly #canvas: GraphCanvas;
  readonly #minimap: Minimap;
  readonly #properties: PropertiesPanel;
  readonly #thread = createLayoutThread();
  #model: GraphModel | null = null;
  #picture: Picture | null = null;
  #expanded: ReadonlySet<ItemId> = new Set();
  #selected: ItemId | null = null;
  #selectedLayer: number | null = null;
  #search: SearchState = NO_SEARCH;
  /** The newest layout wins; older ones that arrive late are dropped. */
  #layoutNumber = 0;
  #drawRequested = false;
  #isReported = false;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly app: App) {
    this.element.className = 'graph-view';
    this.#stage.className = 'graph-stage';
    this.#stage.tabIndex = 0;
    this.#stage.setAttribute('role', 'application');
    this.#stage.setAttribute('aria-roledescription', 'layer graph');
    this.#stage.setAttribute('aria-label', 'Layer graph. Arrow keys follow edges, Enter opens a block, Home fits.');
    this.#toolbar.className = 'graph-toolbar';
    this.#announcement.className = 'visually-hidden';
    this.#announcement.setAttribute('role', 'status');
    this.#canvas = createGraphCanvas(
      () => this.#moved(),
      () => ({ top: TOOLBAR_HEIGHT, right: this.#selected === null ? 0 : PANEL_WIDTH }),
    );
    this.#minimap = createMinimap((viewport) => this.#canvas.setViewport(viewport), this.#canvas);
    this.#properties = createPropertiesPanel(app, {
      selectLayer: (index) => this.#showLayer(index),
      close: () => this.#leave(),
    });
    const svg = this.#canvas.svg.node();
    if (svg !== null) {
      this.#stage.append(svg);
    }
    this.element.append(
      this.#stage,
      this.#minimap.element,
      this.#toolbar,
      this.#properties.element,
      this.#announcement,
    );
    listenToKeys(this.element, this.#stage, {
      find: () => this.#toolbar.querySelector('input')?.select(),
      leave: () => this.#leave(),
      fit: () => this.#fit(),
      zoom: (factor) => this.#canvas.zoomBy(factor),
      showHead: () => this.#showHead(),
      activate: () => this.#activate(),
      step: (key) => this.#step(key),
    });
    new ResizeObserver(() => this.#requestDraw()).observe(this.#stage);
  }

  draw(state: AppState): void {
    const { report, choices } = state;
    if (report === null) {
      return;
    }
    if (this.#model?.report !== report) {
      void this.#open(report);
    } else if (this.#picture !== null) {
      this.#showSelected(choices.selectedLayer);
    }
  }

  /** Another view, or the state of before, says which layer to look at. */
  #showSelected(index: number | null): void {
    if (index === this.#selectedLayer) {
      return;
    }
    if (index === null) {
      this.#select(null, null);
    } else {
      this.#showLayer(index);
    }
  }

  async #open(report: ModelReport): Promise<void> {
    const isReload = this.#model !== null;
    const model = createGraphModel(report, createMeasure(), this.#thread);
    this.#model = model;
    // What is on the screen stays until the new picture is there, but is no longer what the model says.
    this.#picture = null;
    this.#search = { ...this.#search, found: searchLayers(report, model.view, this.#search.query), position: -1 };
    const saved = this.app.state.choices.graph;
    const kept = [...(isReload ? this.#expanded : (saved?.expanded ?? []))];
    const known = kept.filter((id) => model.view.items.get(id)?.kind === 'block');
    this.#expanded = known.length > 0 ? new Set(known) : toInitialFold(model.view);
    const viewport = isReload ? this.#canvas.viewport() : (saved?.viewport ?? null);
    await this.#layout(() => {
      this.#canvas.boxes.selectAll('*').remove();
      if (viewport !== null) {
        this.#canvas.setViewport(viewport);
      } else {
        this.#showBeginning();
      }
    });
    if (isReload) {
      this.#select(model.view.items.has(this.#selected ?? '') ? this.#selected : null, this.#selectedLayer);
    }
    this.#showSelected(this.app.state.choices.selectedLayer);
  }

  /** Lays out what is expanded, then draws it; `place` moves the viewport before that. */
  async #layout(place: (picture: Picture) => void): Promise<void> {
    const number = ++this.#layoutNumber;
    const picture = await this.#model?.layout(this.#expanded);
    if (picture === undefined || number !== this.#layoutNumber) {
      return;
    }
    this.#picture = picture;
    this.#canvas.setExtent(picture);
    place(picture);
    this.#drawNow();
    if (!this.#isReported) {
      this.#isReported = true;
      requestAnimationFrame(() => {
        this.app.channel.send({ type: 'drawn', view: 'graph', elapsedMs: performance.now() });
      });
    }
  }

  /** All of the graph where that can be read, else its top. */
  #showBeginning(): void {
    const picture = this.#picture;
    if (picture === null) {
      return;
    }
    this.#canvas.fit(picture, 1);
    if (this.#canvas.viewport().k < READABLE_ZOOM) {
      const first = picture.boxes[0];
      const width = this.#stage.clientWidth - (this.#selected === null ? 0 : PANEL_WIDTH);
      const centre = first === undefined ? picture.width / 2 : first.x + first.width / 2;
      const k = Math.max(READABLE_ZOOM, Math.min(1, (width - 48) / picture.width));
      this.#canvas.setViewport({ k, x: width / 2 - centre * k, y: TOOLBAR_HEIGHT + 16 });
    }
  }

  #moved(): void {
    this.#canvas.svg.classed('far', this.#canvas.viewport().k < LEGIBLE_ZOOM);
    this.#requestDraw();
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => this.#save(), SAVE_AFTER_MS);
  }

  #save(): void {
    this.app.choose({ graph: { expanded: [...this.#expanded], viewport: this.#canvas.viewport() } });
  }

  #requestDraw(): void {
    if (!this.#drawRequested) {
      this.#drawRequested = true;
      requestAnimationFrame(() => {
        this.#drawRequested = false;
        this.#drawNow();
      });
    }
  }

  #drawNow(): void {
    const [model, picture] = [this.#model, this.#picture];
    if (model === null || picture === null) {
      return;
    }
    const selection = { item: this.#selected, layer: this.#selectedLayer };
    drawPicture(this.#canvas, model, picture, toMarks(model, this.#expanded, selection, this.#search.found), {
      select: (item, layer) => this.#select(item, layer),
      toggle: (item) => this.#toggle(item),
    });
    this.#minimap.draw(picture, model);
    this.#drawToolbar(model);
  }

  #drawToolbar(model: GraphModel): void {
    const template = toolbarTemplate(this.#search, hasHead(model.report), {
      search: (query) => this.#find({ query, found: searchLayers(model.report, model.view, query), position: -1 }),
      nextMatch: (step) => this.#find(toNextMatch(this.#search, step)),
      leaveSearch: () => {
        this.#find(NO_SEARCH);
        this.#stage.focus();
      },
      zoom: (factor) => this.#canvas.zoomBy(factor),
      fit: () => this.#fit(),
      showHead: () => this.#showHead(),
      unfold: () => this.#unfold(),
      fold: () => this.#expand(new Set(['root']), () => this.#showBeginning()),
    });
    render(template, this.#toolbar);
  }

  #find(search: SearchState): void {
    const isStep = search.position !== this.#search.position && search.position >= 0;
    this.#search = search;
    if (isStep) {
      this.#showLayer(search.found[search.position]);
    }
    this.#requestDraw();
  }

  /** Selects an item, or one layer of its box (by default the first), or nothing. */
  #select(item: ItemId | null, layer: number | null): void {
    const selected = item === null ? undefined : this.#model?.view.items.get(item);
    this.#selected = selected === undefined ? null : item;
    this.#selectedLayer = selected?.kind === 'layers' ? (layer ?? selected.layers[0].index) : null;
    if (this.#model !== null) {
      this.#properties.show(this.#model, selected ?? null, this.#selectedLayer);
    }
    this.#announcement.textContent =
      selected === undefined || item === null ? '' : (this.#model?.contentOf(item).description ?? '');
    if (item === null) {
      this.#stage.removeAttribute('aria-activedescendant');
    } else {
      this.#stage.setAttribute('aria-activedescendant', toElementId(item));
    }
    if (this.app.state.choices.selectedLayer !== this.#selectedLayer) {
      this.app.choose({ selectedLayer: this.#selectedLayer });
    }
    this.#requestDraw();
  }

  /** Opens the blocks around a layer, selects it and brings it into view. */
  #showLayer(index: number): void {
    const view = this.#model?.view;
    const drawn = view?.readerOfAuxiliary.get(index) ?? index;
    const item = view?.itemOfLayer.get(drawn);
    if (view === undefined || item === undefined) {
      return;
    }
    this.#select(item, drawn);
    const hiding = findAncestors(view, item).filter((block) => !this.#expanded.has(block));
    if (hiding.length === 0) {
      this.#reveal(item);
    } else {
      this.#expand(new Set([...this.#expanded, ...hiding]), () => this.#reveal(item));
    }
  }

  #placed(item: ItemId): PlacedItem | undefined {
    return this.#picture?.boxes.find(({ id }) => id === item) ?? this.#picture?.frames.find(({ id }) => id === item);
  }

  #reveal(item: ItemId): void {
    const placed = this.#placed(item);
    if (placed !== undefined) {
      this.#canvas.reveal(placed);
    }
  }

  #expand(expanded: ReadonlySet<ItemId>, place: () => void): void {
    this.#expanded = expanded;
    void this.#layout(place);
    this.#save();
  }

  /** Opens or folds a block; what the user clicked stays where it is on the screen. */
  #toggle(block: ItemId): void {
    const before = this.#placed(block);
    const expanded = new Set(this.#expanded);
    if (!expanded.delete(block)) {
      expanded.add(block);
    }
    this.#expand(expanded, () => {
      const after = this.#placed(block);
      if (before !== undefined && after !== undefined) {
        const { k, x, y } = this.#canvas.viewport();
        const shift = before.x + before.width / 2 - (after.x + after.width / 2);
        this.#canvas.setViewport({ k, x: x + shift * k, y: y + (before.y - after.y) * k });
      }
    });
  }

  #unfold(): void {
    const view = this.#model?.view;
    if (view !== undefined) {
      this.#expand(toUnfolded(view, this.#expanded), () => this.#showBeginning());
    }
  }

  #fit(): void {
    if (this.#picture !== null) {
      this.#canvas.fit(this.#picture, 1);
    }
  }

  #showHead(): void {
    const model = this.#model;
    const head = model?.report.heads[0];
    if (model === null || head === undefined || !hasHead(model.report)) {
      return;
    }
    const items = head.nodes.flatMap((index) => model.view.itemOfLayer.get(index) ?? []);
    const ancestors = items.flatMap((item) => findAncestors(model.view, item));
    this.#expand(new Set([...this.#expanded, ...ancestors]), () => {
      const area = this.#picture && toArea(this.#picture, toHeadItems(model.view, this.#expanded, head));
      if (area) {
        this.#canvas.fit({ ...area, y: area.y - 120, height: area.height + 160 }, 1.2);
      }
    });
  }

  /** Escape: first out of the selection, with the focus back on the graph. */
  #leave(): void {
    this.#select(null, null);
    this.#stage.focus();
  }

  /** An arrow key: to the item it leads to, from nowhere to the first one. */
  #step(key: string): void {
    const [model, picture] = [this.#model, this.#picture];
    if (model === null || picture === null) {
      return;
    }
    const next =
      this.#selected === null
        ? (picture.boxes[0]?.id ?? null)
        : stepFrom(key, this.#selected, model.view, this.#expanded, picture);
    if (next !== null) {
      this.#select(next, null);
      this.#reveal(next);
    }
  }

  /** Enter: opens or folds a block; on a layer, goes to its properties. */
  #activate(): void {
    if (this.#selected === null) {
      return;
    }
    if (this.#model?.view.items.get(this.#selected)?.kind === 'block') {
      this.#toggle(this.#selected);
    } else {
      this.#properties.element.focus();
    }
  }
}
