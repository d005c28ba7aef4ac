import type { ModelReport } from '../../src/protocol/modelReport';
import type { GraphChoices } from '../app';
import type { Viewport } from './graphCanvas';
import { createGraphModel, type GraphModel } from './graphModel';
import { findAncestors, toInitialFold } from './initialFold';
import { createLayoutThread } from './layoutThread';
import { createMeasure } from './measureText';
import type { Picture, PlacedItem } from './picture';
import type { ItemId } from './viewModel';

/** How a block was left that was the whole picture. */
interface LeftBlock {
  readonly expanded: ReadonlySet<ItemId>;
  readonly viewport: Viewport;
}

/** What of a model is shown: which block is the whole picture, which are open inside, and the picture of that. */
export class Scene {
  readonly #thread = createLayoutThread();
  readonly #left = new Map<ItemId, LeftBlock>();
  #model: GraphModel | null = null;
  #picture: Picture | null = null;
  #placed: ReadonlyMap<ItemId, PlacedItem> = new Map();
  #root: ItemId = '';
  #expanded: ReadonlySet<ItemId> = new Set();
  /** The newest layout wins; older ones that arrive late are dropped. */
  #layoutNumber = 0;

  get model(): GraphModel | null {
    return this.#model;
  }

  /** null until the model's first layout is there. */
  get picture(): Picture | null {
    return this.#picture;
  }

  /** The block that is the whole picture; at first the model. */
  get root(): ItemId {
    return this.#root;
  }

  get expanded(): ReadonlySet<ItemId> {
    return this.#expanded;
  }

  /** Takes a model that was read (again); blocks that are open, or were when the page was left, stay so. */
  open(report: ModelReport, saved: GraphChoices | undefined): GraphModel {
    const kept = this.#model === null ? (saved?.expanded ?? []) : [...this.#expanded];
    const keptRoot = this.#model === null ? saved?.root : this.#root;
    const model = createGraphModel(report, createMeasure(), this.#thread);
    const isBlock = (id: ItemId): boolean => model.view.items.get(id)?.kind === 'block';
    this.#model = model;
    // What is on the screen stays until the new picture is there, but is no longer what the model says.
    this.#picture = null;
    this.#left.clear();
    const known = kept.filter(isBlock);
    this.#expanded = known.length > 0 ? new Set(known) : toInitialFold(model.view);
    this.#root = keptRoot !== undefined && isBlock(keptRoot) ? keptRoot : model.view.root.id;
    return model;
  }

  expand(expanded: ReadonlySet<ItemId>): void {
    this.#expanded = expanded;
  }

  /** Makes a block the whole picture, folded as it was left or, the first time, as it is clearest; the viewport if left. */
  enter(block: ItemId, viewport: Viewport): Viewport | null {
    if (this.#model === null) {
      return null;
    }
    this.#left.set(this.#root, { expanded: this.#expanded, viewport });
    const left = this.#left.get(block);
    const { view } = this.#model;
    // The blocks around it stay open, so that what is inside counts as visible.
    this.#expanded =
      left?.expanded ?? new Set([...this.#expanded, ...findAncestors(view, block), ...toInitialFold(view, block)]);
    this.#root = block;
    return left?.viewport ?? null;
  }

  /** Whether an item lies inside the block that is the whole picture. */
  contains(item: ItemId): boolean {
    return this.#model !== null && findAncestors(this.#model.view, item).includes(this.#root);
  }

  /** Lays out what is expanded; null when something newer has been asked for meanwhile. */
  async layOut(inBackground = false): Promise<Picture | null> {
    const number = ++this.#layoutNumber;
    const picture = await this.#model?.layout(this.#root, this.#expanded, inBackground);
    if (picture === undefined || number !== this.#layoutNumber) {
      return null;
    }
    this.#picture = picture;
    this.#placed = new Map([...picture.boxes, ...picture.frames].map((placed) => [placed.id, placed]));
    return picture;
  }

  placed(item: ItemId): PlacedItem | undefined {
    return this.#placed.get(item);
  }
}
