import type { BodyPath, GraphReport } from '../../src/protocol/layerBodies';
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

/** A graph, and what of it is shown: which block is the whole picture, which are open inside, and the picture of that. */
interface ShownGraph {
  readonly model: GraphModel;
  readonly left: Map<ItemId, LeftBlock>;
  root: ItemId;
  expanded: ReadonlySet<ItemId>;
  /** null until it is laid out. */
  picture: Picture | null;
  placed: ReadonlyMap<ItemId, PlacedItem>;
}

/** What is shown: the model's graph or a body inside it, and around that the graphs that it is in. */
export class Scene {
  readonly #thread = createLayoutThread();
  /** From the model's graph inwards; the last one is shown. */
  #graphs: readonly ShownGraph[] = [];
  /** The newest layout wins; older ones that arrive late are dropped. */
  #layoutNumber = 0;
  #doneNumber = 0;

  get #shown(): ShownGraph | undefined {
    return this.#graphs.at(-1);
  }

  get model(): GraphModel | null {
    return this.#shown?.model ?? null;
  }

  /** null until the graph's first layout is there. */
  get picture(): Picture | null {
    return this.#shown?.picture ?? null;
  }

  /** The block that is the whole picture; at first the graph. */
  get root(): ItemId {
    return this.#shown?.root ?? '';
  }

  get expanded(): ReadonlySet<ItemId> {
    return this.#shown?.expanded ?? new Set();
  }

  /** From the model's graph inwards; the last one is shown, the others as they were left. */
  get graphs(): readonly Pick<ShownGraph, 'model' | 'root' | 'expanded'>[] {
    return this.#graphs;
  }

  /** Takes a model that was read (again); blocks that were open when it was left stay so. */
  open(report: ModelReport, saved: GraphChoices | undefined): GraphModel {
    // What is on the screen stays until the new picture is there, but is no longer what the model says.
    this.#graphs = [];
    return this.#push(report, [], saved);
  }

  /** Shows a body of a layer of what is shown. */
  enterBody(report: GraphReport, path: BodyPath, saved: GraphChoices | undefined): GraphModel {
    const around = this.#shown;
    if (around !== undefined && this.#doneNumber !== this.#layoutNumber) {
      // What is being laid out is not what the picture shows.
      around.picture = null;
    }
    return this.#push(report, path, saved);
  }

  #push(report: GraphReport, path: BodyPath, saved: GraphChoices | undefined): GraphModel {
    const model = createGraphModel(report, path, createMeasure(), this.#thread);
    const isBlock = (id: ItemId): boolean => model.view.items.get(id)?.kind === 'block';
    const known = (saved?.expanded ?? []).filter(isBlock);
    const shown: ShownGraph = {
      model,
      left: new Map(),
      root: saved?.root !== undefined && isBlock(saved.root) ? saved.root : model.view.root.id,
      expanded: known.length > 0 ? new Set(known) : toInitialFold(model.view),
      picture: null,
      placed: new Map(),
    };
    this.#graphs = [...this.#graphs, shown];
    return model;
  }

  /** Shows a graph around again, as it was left; `depth`: how many graphs are around that one. */
  leaveBodies(depth: number): void {
    this.#graphs = this.#graphs.slice(0, depth + 1);
    this.#doneNumber = ++this.#layoutNumber;
  }

  expand(expanded: ReadonlySet<ItemId>): void {
    if (this.#shown !== undefined) {
      this.#shown.expanded = expanded;
    }
  }

  /** Makes a block the whole picture, folded as it was left or, the first time, as it is clearest; the viewport if left. */
  enter(block: ItemId, viewport: Viewport): Viewport | null {
    const shown = this.#shown;
    if (shown === undefined) {
      return null;
    }
    shown.left.set(shown.root, { expanded: shown.expanded, viewport });
    const left = shown.left.get(block);
    const { view } = shown.model;
    // The blocks around it stay open, so that what is inside counts as visible.
    shown.expanded =
      left?.expanded ?? new Set([...shown.expanded, ...findAncestors(view, block), ...toInitialFold(view, block)]);
    shown.root = block;
    return left?.viewport ?? null;
  }

  /** Whether an item lies inside the block that is the whole picture. */
  contains(item: ItemId): boolean {
    return this.model !== null && findAncestors(this.model.view, item).includes(this.root);
  }

  /** Lays out what is expanded; null when something newer has been asked for meanwhile. */
  async layOut(inBackground = false): Promise<Picture | null> {
    const number = ++this.#layoutNumber;
    const shown = this.#shown;
    const picture = await shown?.model.layout(shown.root, shown.expanded, inBackground);
    if (shown === undefined || picture === undefined || number !== this.#layoutNumber) {
      return null;
    }
    this.#doneNumber = number;
    shown.picture = picture;
    shown.placed = new Map([...picture.boxes, ...picture.frames].map((placed) => [placed.id, placed]));
    return picture;
  }

  placed(item: ItemId): PlacedItem | undefined {
    return this.#shown?.placed.get(item);
  }
}
