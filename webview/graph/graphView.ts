import type { ModelReport } from '../../src/protocol/modelReport';
import type { App, AppState, CreateView, GraphChoices, View } from '../app';
import { Coloring } from './coloring';
import { Descent } from './descent';
import { Drawing } from './drawing';
import { enterAround, enterItem, leaveRoot } from './entering';
import { explainAtLayer } from './explainAtLayer';
import { createFarView } from './farView';
import { Folding } from './folding';
import './graph.css';
import { createGraphCanvas, type GraphCanvas } from './graphCanvas';
import { createGraphElements, type GraphElements } from './graphElements';
import { listenToKeys } from './graphKeys';
import type { GraphModel } from './graphModel';
import { GraphToolbar, type ToolbarParts } from './graphToolbar';
import { toVisibleItem } from './initialFold';
import { measureInsets, type Insets } from './insets';
import { createMinimap } from './minimap';
import { stepFrom } from './navigation';
import { OutlineReport } from './outlineReport';
import { PathTool } from './pathTool';
import { createPropertiesPanel, type PropertiesPanel } from './propertiesPanel';
import { Scene } from './scene';
import { Selection } from './selection';
import type { ItemId } from './viewModel';
import { keepBelow } from './viewpoint';

export const createGraphView: CreateView = (app) => new LayerGraph(app);

/** Below this zoom texts are specks that cost time to paint. */
const LEGIBLE_ZOOM = 0.2;
const SAVE_AFTER_MS = 300;

/** The graph view while the editor lives: what is shown, what is selected and found, and where the user looks. */
class LayerGraph implements View {
  readonly element: HTMLElement;
  readonly #elements: GraphElements = createGraphElements();
  readonly #canvas: GraphCanvas;
  readonly #properties: PropertiesPanel;
  readonly #scene = new Scene();
  readonly #folding: Folding;
  readonly #coloring: Coloring;
  readonly #toolbar: GraphToolbar;
  readonly #selection: Selection;
  readonly #descent: Descent;
  readonly #path = new PathTool(() => this.#drawing.request());
  readonly #outline: OutlineReport;
  readonly #drawing: Drawing;
  #requested: AppState['requestedItem'] = null;
  #isReported = false;
  /** Of the stage when it was last shown, and what the toolbar covered of it; 0 before. */
  #width = 0;
  #top = 0;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly app: App) {
    const { view, stage, toolbar, legend, announcement } = this.#elements;
    this.element = view;
    this.#selection = new Selection(app, () => this.#descent.levels.length > 0);
    this.#descent = new Descent(app, this.#scene, {
      leaving: () => ({ choices: this.#toChoices(), item: this.#selection.item, layer: this.#selection.layer }),
      entered: (saved) => this.#showOther(saved, null, null),
      returned: ({ choices, item, layer }) => this.#showOther(choices, item, layer),
      changed: () => this.#drawing.request(),
    });
    this.#outline = new OutlineReport(app, this.#scene);
    const insets = () => this.#insets();
    this.#canvas = createGraphCanvas(() => this.#moved(), insets);
    this.#folding = new Folding(this.#scene, this.#canvas, insets, {
      laidOut: () => this.#laidOut(),
      changed: () => {
        this.#save();
        this.#drawing.request();
      },
    });
    this.#coloring = new Coloring(app, () => this.#drawing.request());
    const parts = {
      ...{ app, elements: this.#elements, canvas: this.#canvas },
      ...{ ...this.#parts, coloring: this.#coloring, path: this.#path },
    };
    this.#toolbar = new GraphToolbar(parts, {
      showLayer: (index) => this.#showLayer(index),
      changed: () => this.#drawing.request(),
      export: (extent, format) => void this.#drawing.export(extent, format),
    });
    const minimap = createMinimap((viewport) => this.#canvas.setViewport(viewport), this.#canvas);
    const far = createFarView();
    this.#drawing = new Drawing(
      { ...parts, far, minimap, selection: this.#selection, toolbar: this.#toolbar },
      {
        select: (item, layer, isSecond) => (isSecond ? this.#selectSecond(item) : this.#selectClicked(item, layer)),
        toggle: (item) => this.#folding.toggle(item),
        enter: (item) => void enterItem(this.#parts, item),
      },
    );
    this.#properties = createPropertiesPanel(app, {
      selectLayer: (index) => this.#showLayer(index),
      close: () => this.#leave(),
      startPath: (item) => this.#path.start(item),
      showBody: (path) => void this.#descent.show(path),
    });
    const svg = this.#canvas.svg.node();
    if (svg !== null) {
      stage.append(far.element, svg);
    }
    view.append(stage, minimap.element, legend, toolbar, this.#properties.element, announcement);
    this.#listen();
    new ResizeObserver(() => this.#resized()).observe(stage);
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
      enter: () => enterAround(this.#parts, this.#selection.item),
      leaveBlock: () => leaveRoot(this.#parts),
      step: (key) => this.#step(key),
      // Maps are drawn at layers of the model only.
      explain: () => explainAtLayer(this.app, this.#descent.levels.length > 0 ? null : this.#selection.layer),
      path: () => this.#selection.item !== null && this.#path.start(this.#selection.item),
    });
  }

  draw(state: AppState): void {
    const { report, choices } = state;
    if (report === null) {
      return;
    }
    if (this.#scene.graphs[0]?.model.report !== report) {
      void this.#open(report);
    } else if (this.#scene.picture !== null) {
      if (!this.#showRequested()) {
        this.#showSelected(choices.selectedLayer);
      }
      this.#drawing.request();
    }
  }

  get #parts(): Pick<ToolbarParts, 'scene' | 'folding' | 'descent'> {
    return { scene: this.#scene, folding: this.#folding, descent: this.#descent };
  }

  #insets(): Insets {
    return measureInsets(this.#elements, this.#properties.element);
  }

  #resized(): void {
    const { clientWidth } = this.#elements.stage;
    if (clientWidth > 0) {
      const { top } = this.#insets();
      keepBelow(this.#canvas, this.#top, top);
      this.#top = top;
    }
    this.#folding.resized(this.#width, clientWidth, this.#selection.item);
    this.#width = clientWidth || this.#width;
    this.#drawing.request();
  }

  /** Another view, or the state of before, says which layer to look at. */
  #showSelected(index: number | null): void {
    if (index === (this.#descent.levels.at(0)?.around ?? this.#selection).layer) {
      return;
    }
    this.#descent.leave(0);
    if (index === null) {
      this.#select(null, null);
    } else {
      this.#showLayer(index);
    }
  }

  /** What was chosen in the outline; false: nothing new. */
  #showRequested(): boolean {
    const { requestedItem } = this.app.state;
    if (requestedItem === null || requestedItem === this.#requested) {
      return false;
    }
    this.#requested = requestedItem;
    this.#descent.leave(0);
    if (this.#scene.model?.view.items.has(requestedItem.item) === true) {
      this.#select(requestedItem.item, null);
      this.#folding.reveal(requestedItem.item);
    }
    return true;
  }

  async #open(report: ModelReport): Promise<void> {
    const isReload = this.#scene.model !== null;
    const saved = isReload ? this.#descent.surround(this.#toChoices()) : this.app.state.choices.graph;
    const { item, layer } = this.#descent.levels.at(0)?.around ?? this.#selection;
    this.#descent.forget();
    const model = this.#scene.open(report, saved);
    await this.#lookAt(model, saved);
    if (isReload) {
      this.#select(model.view.items.has(item ?? '') ? item : null, layer);
    }
    if (!this.#showRequested()) {
      this.#showSelected(this.app.state.choices.selectedLayer);
      await this.#descent.restore(saved);
    }
  }

  /** Another graph is in the scene: it is shown as it was left. */
  async #lookAt(model: GraphModel, left: GraphChoices | undefined): Promise<void> {
    this.#path.clear();
    this.#toolbar.searchAgain(model);
    await this.#folding.showAgain(left?.viewport ?? null);
    if (left?.width !== undefined) {
      // The editor may have been wider or narrower then.
      this.#width = left.width;
      this.#resized();
    }
  }

  /** A body, or a graph around one, takes the place of what was shown. */
  #showOther(left: GraphChoices | undefined, item: ItemId | null, layer: number | null): void {
    const { model } = this.#scene;
    if (model !== null) {
      this.#select(item, layer);
      this.#elements.announcement.textContent = this.#descent.description;
      void this.#lookAt(model, left);
      this.#save();
      this.#elements.stage.focus();
    }
  }

  #laidOut(): void {
    this.#drawing.now();
    this.#top = this.#insets().top;
    if (!this.#isReported) {
      this.#isReported = true;
      requestAnimationFrame(() => {
        this.app.channel.send({ type: 'drawn', view: 'graph', elapsedMs: performance.now() });
      });
    }
    void this.#outline.tell();
  }

  #moved(): void {
    this.#canvas.svg.classed('far', this.#canvas.viewport().k < LEGIBLE_ZOOM);
    this.#drawing.request();
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => this.#save(), SAVE_AFTER_MS);
  }

  #save(): void {
    this.app.choose({ graph: { ...this.#descent.surround(this.#toChoices()), colorBy: this.#coloring.by } });
  }

  /** How the graph is shown now. */
  #toChoices(): GraphChoices {
    const { root, expanded } = this.#scene;
    return { root, expanded: [...expanded], viewport: this.#canvas.viewport(), width: this.#width };
  }

  /** What was clicked may lie where the properties appear. */
  #selectClicked(item: ItemId, layer: number | null): void {
    const isFirst = this.#selection.item === null;
    this.#select(item, layer);
    if (isFirst) {
      this.#folding.uncover(item);
    }
  }

  /** An item after another that is selected: shows what lies between them. */
  #selectSecond(item: ItemId): void {
    const from = this.#selection.item;
    const view = this.#scene.model?.view;
    this.#select(item, null);
    if (from !== null && from !== item && view !== undefined) {
      this.#path.show(view, from, item);
    }
  }

  /** Selects an item, or one layer of its box (by default the first), or nothing. */
  #select(item: ItemId | null, layer: number | null): void {
    const { model } = this.#scene;
    const selected = this.#selection.choose(model?.view, item, layer);
    if (model !== null) {
      this.#properties.show(model, selected, this.#selection.layer);
    }
    this.#elements.announcement.textContent =
      model === null || selected === null ? '' : model.contentOf(selected.id).description;
    if (model !== null && item !== null) {
      this.#path.end(model.view, item);
    }
    this.#drawing.request();
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

  /** Escape: first out of the selection, with the focus back on the graph; then out of the body that is shown. */
  #leave(): void {
    const isNothingOpen =
      this.#selection.item === null && this.#path.state.status === 'none' && !this.#folding.isUnfoldingAll;
    this.#path.clear();
    this.#folding.stop();
    this.#select(null, null);
    this.#elements.stage.focus();
    if (isNothingOpen) {
      this.#descent.leave(this.#descent.levels.length - 1);
    }
  }

  /** An arrow key: to the item it leads to, from nowhere to the first one. */
  #step(key: string): void {
    const { model, picture, expanded } = this.#scene;
    if (model === null || picture === null) {
      return;
    }
    const next =
      this.#selection.item === null
        ? (picture.boxes[0]?.id ?? null)
        : stepFrom(key, toVisibleItem(model.view, expanded, this.#selection.item), model.view, expanded, picture);
    if (next !== null) {
      this.#select(next, null);
      this.#folding.reveal(next);
    }
  }

  /** Enter: opens or folds a block; on a layer, goes to what it runs inside or to its properties. */
  #activate(): void {
    if (this.#selection.item === null) {
      return;
    }
    if (this.#scene.model?.view.items.get(this.#selection.item)?.kind === 'block') {
      this.#folding.toggle(this.#selection.item);
    } else if (!enterItem(this.#parts, this.#selection.item)) {
      this.#properties.element.focus();
    }
  }
}
