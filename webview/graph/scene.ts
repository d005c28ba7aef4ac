import type { ModelReport } from '../../src/protocol/modelReport';
import type { GraphChoices } from '../app';
import { createGraphModel, type GraphModel } from './graphModel';
import { toInitialFold } from './initialFold';
import { createLayoutThread } from './layoutThread';
import { createMeasure } from './measureText';
import type { Picture, PlacedItem } from './picture';
import type { ItemId } from './viewModel';

/** What of a model is shown: which blocks are open, and the picture of that. */
export class Scene {
  readonly #thread = createLayoutThread();
  #model: GraphModel | null = null;
  #picture: Picture | null = null;
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

  get expanded(): ReadonlySet<ItemId> {
    return this.#expanded;
  }

  /** Takes a model that was read (again); blocks that are open, or were when the page was left, stay so. */
  open(report: ModelReport, saved: GraphChoices | undefined): GraphModel {
    const kept = this.#model === null ? (saved?.expanded ?? []) : [...this.#expanded];
    const model = createGraphModel(report, createMeasure(), this.#thread);
    this.#model = model;
    // What is on the screen stays until the new picture is there, but is no longer what the model says.
    this.#picture = null;
    const known = kept.filter((id) => model.view.items.get(id)?.kind === 'block');
    this.#expanded = known.length > 0 ? new Set(known) : toInitialFold(model.view);
    return model;
  }

  expand(expanded: ReadonlySet<ItemId>): void {
    this.#expanded = expanded;
  }

  /** Lays out what is expanded; null when something newer has been asked for meanwhile. */
  async layOut(): Promise<Picture | null> {
    const number = ++this.#layoutNumber;
    const picture = await this.#model?.layout(this.#expanded);
    if (picture === undefined || number !== this.#layoutNumber) {
      return null;
    }
    this.#picture = picture;
    return picture;
  }

  placed(item: ItemId): PlacedItem | undefined {
    return this.#picture?.boxes.find(({ id }) => id === item) ?? this.#picture?.frames.find(({ id }) => id === item);
  }
}
