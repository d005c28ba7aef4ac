import type { App } from '../app';
import type { GraphItem, GraphView, ItemId } from './viewModel';

/**
 * What is selected: an item of the graph, and which layer of its box. The editor and the saved state are told of it,
 * but of nothing inside a body: they know the model's layers only.
 */
export class Selection {
  #item: ItemId | null = null;
  #layer: number | null = null;

  constructor(
    private readonly app: App,
    private readonly isInside: () => boolean,
  ) {}

  get item(): ItemId | null {
    return this.#item;
  }

  /** Index of the layer; null when what is selected is none. */
  get layer(): number | null {
    return this.#layer;
  }

  /** Selects an item, or one layer of its box (by default the first), or nothing; gives what is selected then. */
  choose(view: GraphView | undefined, item: ItemId | null, layer: number | null): GraphItem | null {
    const found = item === null ? null : (view?.items.get(item) ?? null);
    const isTold = !this.isInside();
    if (isTold && item !== this.#item) {
      this.app.channel.send({ type: 'itemSelected', item });
    }
    this.#item = found === null ? null : item;
    this.#layer = found?.kind === 'layers' ? (layer ?? found.layers[0].index) : null;
    if (isTold && this.app.state.choices.selectedLayer !== this.#layer) {
      this.app.choose({ selectedLayer: this.#layer });
    }
    return found;
  }
}
