import { html, render } from 'lit/html.js';
import type { ModelReport } from '../../src/protocol/modelReport';
import type { App, AppState, CreateView, View } from '../app';
import { breadcrumbTemplate } from './breadcrumb';
import { Coloring } from './coloring';
import { drawPicture } from './drawPicture';
import { exportPicture, type Extent, type Format } from './exportPicture';
import { createFarView, type FarView } from './farView';
import { Folding } from './folding';
import './graph.css';
import { createGraphCanvas, type GraphCanvas, type Insets } from './graphCanvas';
import { createGraphElements, type GraphElements } from './graphElements';
import { listenToKeys } from './graphKeys';
import type { GraphModel } from './graphModel';
import type { ColorBy } from './colorBy';
import { hasHead } from './head';
import { toElementId, toMarks, type Marks } from './marks';
import { createMinimap, type Minimap } from './minimap';
import { stepFrom } from './navigation';
import { NO_PATH, pathBarTemplate, type PathState } from './pathBar';
import { findPath } from './pathSearch';
import { createPropertiesPanel, type PropertiesPanel } from './propertiesPanel';
import { Scene } from './scene';
import { NO_SEARCH, searchLayers, toNextMatch, type SearchState } from './search';
import { toolbarTemplate } from './toolbar';
import type { ItemId } from './viewModel';

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
  readonly #folding: Folding;
  readonly #coloring: Coloring;
  readonly #far: FarView = createFarView();
  #selected: ItemId | null = null;
  #selectedLayer: number | null = null;
  #search: SearchState = NO_SEARCH;
  #path: PathState = NO_PATH;
  #drawnModel: GraphModel | null = null;
  #drawRequested = false;
  #isReported = false;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly app: App) {
    const { view, stage, toolbar, legend, announcement } = this.#elements;
    this.element = view;
    this.#canvas = createGraphCanvas(
      () => this.#moved(),
      () => this.#insets(),
    );
    this.#folding = new Folding(this.#scene, this.#canvas, () => this.#insets(), {
      laidOut: () => this.#laidOut(),
      changed: () => {
        this.#save();
        this.#requestDraw();
      },
    });
    this.#coloring = new Coloring(app, view, () => this.#requestDraw());
    this.#minimap = createMinimap((viewport) => this.#canvas.setViewport(viewport), this.#canvas);
    this.#properties = createPropertiesPanel(app, {
      selectLayer: (index) => this.#showLayer(index),
      close: () => this.#leave(),
      startPath: (item) => this.#setPath({ status: 'choosing', from: item }),
    });
    const svg = this.#canvas.svg.node();
    if (svg !== null) {
      stage.append(this.#far.element, svg);
    }
    view.append(stage, this.#minimap.element, legend, toolbar, this.#properties.element, announcement);
    this.#listen();
    new ResizeObserver(() => this.#requestDraw()).observe(stage);
  }

  #listen(): void {
    const { view, stage, toolbar } = this.#elements;
    listenToKeys(view, stage, {
      find: () => toolbar.querySelector('input')?.select(),
      leave: () => this.#leave(),
      fit: () => this.#folding.fit(),
      zoom: (factor) => this.#canvas.zoomBy(factor),
      showHead: () => this.#folding.showHead(),
      activate: () => this.#activate(),
      enter: () => this.#enterSelected(),
      leaveBlock: () => this.#folding.toggle(this.#scene.root),
      step: (key) => this.#step(key),
      path: () => this.#startOrEndPath(),
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
      this.#requestDraw();
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
    this.#path = NO_PATH;
    this.#search = { ...this.#search, found: searchLayers(report, view, this.#search.query), position: -1 };
    const viewport = isReload ? this.#canvas.viewport() : (saved?.viewport ?? null);
    await this.#folding.layOutAt(viewport);
    if (isReload) {
      this.#select(view.items.has(this.#selected ?? '') ? this.#selected : null, this.#selectedLayer);
    }
    this.#showSelected(this.app.state.choices.selectedLayer);
  }

  #laidOut(): void {
    if (this.#drawnModel !== this.#scene.model) {
      // Items of another reading may have the same ids and say something else.
      this.#drawnModel = this.#scene.model;
      this.#canvas.boxes.selectAll('*').remove();
    }
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
    const { root, expanded } = this.#scene;
    const colorBy = this.#coloring.by;
    this.app.choose({ graph: { root, expanded: [...expanded], viewport: this.#canvas.viewport(), colorBy } });
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
    const { model, picture } = this.#scene;
    if (model === null || picture === null) {
      return;
    }
    const colors = this.#coloring.colorsOf(model, picture);
    drawPicture(this.#canvas, this.#far, model, picture, this.#toMarks(model), colors, {
      select: (item, layer, isSecond) => (isSecond ? this.#selectSecond(item) : this.#select(item, layer)),
      toggle: (item) => this.#folding.toggle(item),
      enter: (item) => this.#folding.enter(item),
    });
    this.#minimap.draw(picture, colors);
    render(this.#coloring.legend(), this.#elements.legend);
    this.#drawToolbar(model);
  }

  #toMarks(model: GraphModel): Marks {
    const selection = { item: this.#selected, layer: this.#selectedLayer };
    const path = this.#path.status === 'found' ? this.#path.path : null;
    return toMarks(model, this.#scene.expanded, selection, this.#search.found, path);
  }

  #drawToolbar(model: GraphModel): void {
    const { root } = this.#scene;
    const shown = {
      search: this.#search,
      hasHead: hasHead(model.report),
      isExpanding: this.#folding.isUnfoldingAll,
      colorBy: this.#coloring.by,
    };
    const toolbar = toolbarTemplate(shown, {
      search: (query) => this.#find({ query, found: searchLayers(model.report, model.view, query), position: -1 }),
      nextMatch: (step) => this.#find(toNextMatch(this.#search, step)),
      leaveSearch: () => {
        this.#find(NO_SEARCH);
        this.#elements.stage.focus();
      },
      zoom: (factor) => this.#canvas.zoomBy(factor),
      fit: () => this.#folding.fit(),
      showHead: () => this.#folding.showHead(),
      unfold: () => this.#folding.unfold(),
      unfoldAll: () => void this.#folding.unfoldAll(),
      stop: () => this.#folding.stop(),
      fold: () => this.#folding.fold(),
      colorBy: (by) => this.#colorBy(by),
      exportPicture: (extent, format) => void this.#export(extent, format),
    });
    const path = breadcrumbTemplate(model.view, root, model.report.file.name, (block) => this.#folding.enter(block));
    const bar = pathBarTemplate(model.view, this.#path, () => this.#setPath(NO_PATH));
    render(html`${toolbar}${bar}${path}`, this.#elements.toolbar);
  }

  #find(search: SearchState): void {
    const isStep = search.position !== this.#search.position && search.position >= 0;
    this.#search = search;
    if (isStep) {
      this.#showLayer(search.found[search.position]);
    }
    this.#requestDraw();
  }

  #colorBy(colorBy: ColorBy): void {
    this.app.choose({ graph: { expanded: [], viewport: null, ...this.app.state.choices.graph, colorBy } });
    this.#requestDraw();
  }

  async #export(extent: Extent, format: Format): Promise<void> {
    const { model, picture } = this.#scene;
    if (model === null || picture === null) {
      return;
    }
    const area = extent === 'whole' ? picture : this.#canvas.visibleArea();
    const colors = this.#coloring.colorsOf(model, picture);
    // As it is, without what the user happens to have selected.
    const marks = { ...this.#toMarks(model), selected: null, selectedLayer: null, tensors: new Set<string>() };
    const bytes = await exportPicture(this.element, { model, picture, area, marks, colors }, format);
    const name = model.report.file.name.replace(/\.onnx$/, '');
    await this.app.channel.request('saveFile', { name: `${name}-graph.${format}`, bytes });
  }

  #setPath(path: PathState): void {
    this.#path = path;
    this.#requestDraw();
  }

  /** P: the selected item is where a path starts, or where the one that was started ends. */
  #startOrEndPath(): void {
    if (this.#selected !== null) {
      this.#setPath({ status: 'choosing', from: this.#selected });
    }
  }

  /** An item after another that is selected: shows what lies between them. */
  #selectSecond(item: ItemId): void {
    const from = this.#selected;
    this.#select(item, null);
    if (from !== null && from !== item) {
      this.#showPath(from, item);
    }
  }

  #showPath(from: ItemId, to: ItemId): void {
    const view = this.#scene.model?.view;
    const path = view === undefined ? null : findPath(view, from, to);
    this.#setPath(path === null ? { status: 'missing', from, to } : { status: 'found', path });
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
    if (this.#path.status === 'choosing' && item !== null && item !== this.#path.from) {
      this.#showPath(this.#path.from, item);
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
    this.#folding.reveal(item);
  }

  #enterSelected(): void {
    const view = this.#scene.model?.view;
    const selected = this.#selected === null ? undefined : view?.items.get(this.#selected);
    if (selected !== undefined) {
      this.#folding.enter(
        selected.kind === 'block' ? selected.id : (view?.parents.get(selected.id) ?? this.#scene.root),
      );
    }
  }

  /** Escape: first out of the selection, with the focus back on the graph. */
  #leave(): void {
    this.#setPath(NO_PATH);
    this.#folding.stop();
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
      this.#folding.reveal(next);
    }
  }

  /** Enter: opens or folds a block; on a layer, goes to its properties. */
  #activate(): void {
    if (this.#selected === null) {
      return;
    }
    if (this.#scene.model?.view.items.get(this.#selected)?.kind === 'block') {
      this.#folding.toggle(this.#selected);
    } else {
      this.#properties.element.focus();
    }
  }
}
