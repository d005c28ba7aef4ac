import { render } from 'lit/html.js';
import type { ModelReport } from '../../src/protocol/modelReport';
import type { App, AppState, CreateView, View } from '../app';
import { drawPicture } from './drawPicture';
import './graph.css';
import { createGraphCanvas, type GraphCanvas, type Insets } from './graphCanvas';
import { createGraphElements, type GraphElements } from './graphElements';
import { listenToKeys } from './graphKeys';
import type { GraphModel } from './graphModel';
import { hasHead, toArea, toHeadItems } from './head';
import { findAncestors, toUnfolded } from './initialFold';
import { toElementId, toMarks } from './marks';
import { createMinimap, type Minimap } from './minimap';
import { stepFrom } from './navigation';
import type { Picture } from './picture';
import { createPropertiesPanel, type PropertiesPanel } from './propertiesPanel';
import { Scene } from './scene';
import { NO_SEARCH, searchLayers, toNextMatch, type SearchState } from './search';
import { toolbarTemplate } from './toolbar';
import type { ItemId } from './viewModel';
import { keepInPlace, showBeginning } from './viewpoint';

export const createGraphView: CreateView = (app) => new LayerGraph(app);

/** Below this zoom texts are specks that cost time to paint. */
const LEGIBLE_ZOOM = 0.2;
const PANEL_WIDTH = 340;
const TOOLBAR_HEIGHT = 44;
const SAVE_AFTER_MS = 300;

/** The graph view while the editor lives: what is shown, what is selected and found, and where the user looks. */
class LayerGraph implements View {
  readonly element: HTMLElement;
  readonly #elements: GraphElements = createGraphElements();
  readonly #canvas: GraphCanvas;
  readonly #minimap: Minimap;
  readonly #properties: PropertiesPanel;
  readonly #scene = new Scene();
  #selected: ItemId | null = null;
  #selectedLayer: number | null = null;
  #search: SearchState = NO_SEARCH;
  #drawRequested = false;
  #isReported = false;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly app: App) {
    const { view, stage, toolbar, announcement } = this.#elements;
    this.element = view;
    this.#canvas = createGraphCanvas(
      () => this.#moved(),
      () => this.#insets(),
    );
    this.#minimap = createMinimap((viewport) => this.#canvas.setViewport(viewport), this.#canvas);
    this.#properties = createPropertiesPanel(app, {
      selectLayer: (index) => this.#showLayer(index),
      close: () => this.#leave(),
    });
    const svg = this.#canvas.svg.node();
    if (svg !== null) {
      stage.append(svg);
    }
    view.append(stage, this.#minimap.element, toolbar, this.#properties.element, announcement);
    this.#listen();
    new ResizeObserver(() => this.#requestDraw()).observe(stage);
  }

  #listen(): void {
    const { view, stage, toolbar } = this.#elements;
    listenToKeys(view, stage, {
      find: () => toolbar.querySelector('input')?.select(),
      leave: () => this.#leave(),
      fit: () => this.#fit(),
      zoom: (factor) => this.#canvas.zoomBy(factor),
      showHead: () => this.#showHead(),
      activate: () => this.#activate(),
      step: (key) => this.#step(key),
    });
  }

  draw(state: AppState): void {
    const { report, choices } = state;
    if (report === null) {
      return;
    }
    if (this.#scene.model?.report !== report) {
      void this.#open(report);
    } else if (this.#scene.picture !== null) {
      this.#showSelected(choices.selectedLayer);
    }
  }

  /** What lies over the canvas. */
  #insets(): Insets {
    return { top: TOOLBAR_HEIGHT, right: this.#selected === null ? 0 : PANEL_WIDTH };
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
    const isReload = this.#scene.model !== null;
    const saved = this.app.state.choices.graph;
    const { view } = this.#scene.open(report, saved);
    this.#search = { ...this.#search, found: searchLayers(report, view, this.#search.query), position: -1 };
    const viewport = isReload ? this.#canvas.viewport() : (saved?.viewport ?? null);
    await this.#layOut((picture) => {
      this.#canvas.boxes.selectAll('*').remove();
      if (viewport !== null) {
        this.#canvas.setViewport(viewport);
      } else {
        showBeginning(this.#canvas, picture, this.#insets());
      }
    });
    if (isReload) {
      this.#select(view.items.has(this.#selected ?? '') ? this.#selected : null, this.#selectedLayer);
    }
    this.#showSelected(this.app.state.choices.selectedLayer);
  }

  /** Lays out what is expanded, then draws it; `place` moves the viewport before that. */
  async #layOut(place: (picture: Picture) => void): Promise<void> {
    const picture = await this.#scene.layOut();
    if (picture === null) {
      return;
    }
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

  #moved(): void {
    this.#canvas.svg.classed('far', this.#canvas.viewport().k < LEGIBLE_ZOOM);
    this.#requestDraw();
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => this.#save(), SAVE_AFTER_MS);
  }

  #save(): void {
    this.app.choose({ graph: { expanded: [...this.#scene.expanded], viewport: this.#canvas.viewport() } });
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
    const { model, picture, expanded } = this.#scene;
    if (model === null || picture === null) {
      return;
    }
    const selection = { item: this.#selected, layer: this.#selectedLayer };
    drawPicture(this.#canvas, model, picture, toMarks(model, expanded, selection, this.#search.found), {
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
        this.#elements.stage.focus();
      },
      zoom: (factor) => this.#canvas.zoomBy(factor),
      fit: () => this.#fit(),
      showHead: () => this.#showHead(),
      unfold: () => this.#expandFromTop(toUnfolded(model.view, this.#scene.expanded)),
      fold: () => this.#expandFromTop(new Set([model.view.root.id])),
    });
    render(template, this.#elements.toolbar);
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
    const { model } = this.#scene;
    const { stage, announcement } = this.#elements;
    const selected = item === null ? undefined : model?.view.items.get(item);
    this.#selected = selected === undefined ? null : item;
    this.#selectedLayer = selected?.kind === 'layers' ? (layer ?? selected.layers[0].index) : null;
    if (model !== null) {
      this.#properties.show(model, selected ?? null, this.#selectedLayer);
    }
    announcement.textContent =
      selected === undefined || item === null ? '' : (model?.contentOf(item).description ?? '');
    if (item === null) {
      stage.removeAttribute('aria-activedescendant');
    } else {
      stage.setAttribute('aria-activedescendant', toElementId(item));
    }
    if (this.app.state.choices.selectedLayer !== this.#selectedLayer) {
      this.app.choose({ selectedLayer: this.#selectedLayer });
    }
    this.#requestDraw();
  }

  /** Opens the blocks around a layer, selects it and brings it into view. */
  #showLayer(index: number): void {
    const view = this.#scene.model?.view;
    const drawn = view?.readerOfAuxiliary.get(index) ?? index;
    const item = view?.itemOfLayer.get(drawn);
    if (view === undefined || item === undefined) {
      return;
    }
    this.#select(item, drawn);
    const { expanded } = this.#scene;
    const hiding = findAncestors(view, item).filter((block) => !expanded.has(block));
    if (hiding.length === 0) {
      this.#reveal(item);
    } else {
      this.#expand(new Set([...expanded, ...hiding]), () => this.#reveal(item));
    }
  }

  #reveal(item: ItemId): void {
    const placed = this.#scene.placed(item);
    if (placed !== undefined) {
      this.#canvas.reveal(placed);
    }
  }

  #expand(expanded: ReadonlySet<ItemId>, place: (picture: Picture) => void): void {
    this.#scene.expand(expanded);
    void this.#layOut(place);
    this.#save();
  }

  #expandFromTop(expanded: ReadonlySet<ItemId>): void {
    this.#expand(expanded, (picture) => showBeginning(this.#canvas, picture, this.#insets()));
  }

  /** Opens or folds a block; what the user clicked stays where it is on the screen. */
  #toggle(block: ItemId): void {
    const before = this.#scene.placed(block);
    const expanded = new Set(this.#scene.expanded);
    if (!expanded.delete(block)) {
      expanded.add(block);
    }
    this.#expand(expanded, () => keepInPlace(this.#canvas, before, this.#scene.placed(block)));
  }

  #fit(): void {
    const { picture } = this.#scene;
    if (picture !== null) {
      this.#canvas.fit(picture, 1);
    }
  }

  #showHead(): void {
    const { model, expanded } = this.#scene;
    const head = model?.report.heads[0];
    if (model === null || head === undefined || !hasHead(model.report)) {
      return;
    }
    const items = head.nodes.flatMap((index) => model.view.itemOfLayer.get(index) ?? []);
    const opened = new Set([...expanded, ...items.flatMap((item) => findAncestors(model.view, item))]);
    this.#expand(opened, (picture) => {
      const area = toArea(picture, toHeadItems(model.view, opened, head));
      if (area) {
        this.#canvas.fit({ ...area, y: area.y - 120, height: area.height + 160 }, 1.2);
      }
    });
  }

  /** Escape: first out of the selection, with the focus back on the graph. */
  #leave(): void {
    this.#select(null, null);
    this.#elements.stage.focus();
  }

  /** An arrow key: to the item it leads to, from nowhere to the first one. */
  #step(key: string): void {
    const { model, picture, expanded } = this.#scene;
    if (model === null || picture === null) {
      return;
    }
    const next =
      this.#selected === null
        ? (picture.boxes[0]?.id ?? null)
        : stepFrom(key, this.#selected, model.view, expanded, picture);
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
    if (this.#scene.model?.view.items.get(this.#selected)?.kind === 'block') {
      this.#toggle(this.#selected);
    } else {
      this.#properties.element.focus();
    }
  }
}
