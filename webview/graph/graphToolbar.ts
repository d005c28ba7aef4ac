import { html, render } from 'lit/html.js';
import type { App } from '../app';
import { breadcrumbTemplate } from './breadcrumb';
import type { ColorBy } from './colorBy';
import type { Coloring } from './coloring';
import type { Extent, Format } from './exportPicture';
import type { Descent } from './descent';
import type { Folding } from './folding';
import type { GraphCanvas } from './graphCanvas';
import type { GraphElements } from './graphElements';
import type { GraphModel } from './graphModel';
import { hasHead } from './head';
import { pathBarTemplate } from './pathBar';
import type { PathTool } from './pathTool';
import type { Scene } from './scene';
import { NO_SEARCH, searchLayers, toNextMatch, type SearchState } from './search';
import { toolbarTemplate } from './toolbar';

/** What the toolbar shows and acts on. */
export interface ToolbarParts {
  readonly app: App;
  readonly elements: GraphElements;
  readonly scene: Scene;
  readonly folding: Folding;
  readonly descent: Descent;
  readonly coloring: Coloring;
  readonly path: PathTool;
  readonly canvas: GraphCanvas;
}

export interface ToolbarEvents {
  /** A layer was found and is to be shown. */
  showLayer(index: number): void;
  /** Something else is to be drawn. */
  changed(): void;
  export(extent: Extent, format: Format): void;
}

/** The bar over the graph: search, zoom, folding, colours; below it the path that is sought and the block one is in. */
export class GraphToolbar {
  #search: SearchState = NO_SEARCH;

  constructor(
    private readonly parts: ToolbarParts,
    private readonly events: ToolbarEvents,
  ) {}

  /** Layers that the search has found. */
  get found(): readonly number[] {
    return this.#search.found;
  }

  /** The same search in another graph, or another reading of the model. */
  searchAgain({ report, view }: Pick<GraphModel, 'report' | 'view'>): void {
    this.#search = { ...this.#search, found: searchLayers(report, view, this.#search.query), position: -1 };
  }

  draw(model: GraphModel): void {
    const { app, scene, folding, descent, coloring, path, canvas, elements } = this.parts;
    const shown = {
      search: this.#search,
      hasHead: hasHead(model.report),
      isExpanding: folding.isUnfoldingAll,
      colorBy: coloring.by,
    };
    const toolbar = toolbarTemplate(shown, {
      search: (query) => this.#find({ query, found: searchLayers(model.report, model.view, query), position: -1 }),
      nextMatch: (step) => this.#find(toNextMatch(this.#search, step)),
      leaveSearch: () => {
        this.#find(NO_SEARCH);
        elements.stage.focus();
      },
      zoom: (factor) => canvas.zoomBy(factor),
      fit: () => folding.fit(),
      showHead: () => folding.showHead(),
      unfold: () => folding.unfold(),
      unfoldAll: () => void folding.unfoldAll(),
      stop: () => folding.stop(),
      fold: () => folding.fold(),
      colorBy: (by) => this.#colorBy(by),
      exportPicture: (extent, format) => this.events.export(extent, format),
    });
    const bar = pathBarTemplate(model.view, path.state, () => path.clear());
    const place = breadcrumbTemplate({ scene, folding, descent }, app.state.report?.file.name ?? '');
    render(html`${toolbar}${bar}${place}`, elements.toolbar);
  }

  #find(search: SearchState): void {
    const isStep = search.position !== this.#search.position && search.position >= 0;
    this.#search = search;
    if (isStep) {
      this.events.showLayer(search.found[search.position]);
    }
    this.events.changed();
  }

  #colorBy(colorBy: ColorBy): void {
    const { app } = this.parts;
    app.choose({ graph: { expanded: [], viewport: null, ...app.state.choices.graph, colorBy } });
    this.events.changed();
  }
}
