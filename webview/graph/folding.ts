import type { GraphCanvas, Viewport } from './graphCanvas';
import { hasHead, toArea, toHeadItems } from './head';
import { findAncestors, toUnfolded } from './initialFold';
import type { Insets } from './insets';
import { intersects, type Picture } from './picture';
import { toPortions } from './progressiveFold';
import type { Scene } from './scene';
import type { ItemId } from './viewModel';
import { keepInPlace, keepMiddle, showBeginning } from './viewpoint';

type Place = (picture: Picture) => void;

export interface FoldingEvents {
  /** A new layout is in place and is to be drawn. */
  laidOut(picture: Picture): void;
  /** What is open has changed and is worth saving. */
  changed(): void;
}

/** Opens and folds blocks, and sees to it that the user still knows the place afterwards. */
export class Folding {
  #isUnfoldingAll = false;

  constructor(
    private readonly scene: Scene,
    private readonly canvas: GraphCanvas,
    private readonly insets: () => Insets,
    private readonly events: FoldingEvents,
  ) {}

  /** Everything is being opened, portion by portion. */
  get isUnfoldingAll(): boolean {
    return this.#isUnfoldingAll;
  }

  /** Lays out what is expanded, then draws it; `place` moves the viewport before that. */
  async layOut(place: Place): Promise<void> {
    this.#isUnfoldingAll = false;
    const picture = await this.scene.layOut();
    if (picture !== null) {
      this.#show(picture, place);
    }
  }

  /** With the viewport of before, or at the beginning. */
  layOutAt(viewport: Viewport | null): Promise<void> {
    return this.layOut((picture) => {
      if (viewport === null) {
        showBeginning(this.canvas, picture, this.insets());
      } else {
        this.canvas.setViewport(viewport);
      }
    });
  }

  /** The graph is shown again as it was left; at once where its picture is still there. */
  async showAgain(viewport: Viewport | null): Promise<void> {
    const { picture } = this.scene;
    this.#isUnfoldingAll = false;
    if (picture === null || viewport === null) {
      await this.layOutAt(viewport);
    } else {
      this.#show(picture, () => this.canvas.setViewport(viewport));
    }
  }

  /** Opens or folds a block; what the user clicked stays where it is on the screen. */
  toggle(block: ItemId): void {
    const { model, root } = this.scene;
    if (block === root) {
      this.enter(model?.view.parentOf(block) ?? root);
      return;
    }
    const before = this.scene.placed(block);
    const expanded = new Set(this.scene.expanded);
    if (!expanded.delete(block)) {
      expanded.add(block);
    }
    this.#expand(expanded, () => keepInPlace(this.canvas, before, this.scene.placed(block)));
  }

  /** Makes a block the whole picture. */
  enter(block: ItemId): void {
    if (block !== this.scene.root) {
      void this.layOutAt(this.scene.enter(block, this.canvas.viewport()));
      this.events.changed();
    }
  }

  unfold(): void {
    const { model, root, expanded } = this.scene;
    if (model !== null) {
      this.#expandFromTop(toUnfolded(model.view, root, expanded));
    }
  }

  fold(): void {
    const { model, root } = this.scene;
    if (model !== null) {
      this.#expandFromTop(new Set([root, ...findAncestors(model.view, root)]));
    }
  }

  /** Opens everything, as far as the user lets it: what is there is drawn while the rest is laid out. */
  async unfoldAll(): Promise<void> {
    const { model, root, expanded } = this.scene;
    if (model === null) {
      return;
    }
    this.#isUnfoldingAll = true;
    for (const portion of toPortions(model.view, root, expanded)) {
      this.scene.expand(portion);
      const picture = await this.scene.layOut(true);
      if (picture === null) {
        return;
      }
      this.#show(picture, () => undefined);
      await new Promise(requestAnimationFrame);
      if (!this.isUnfoldingAll) {
        break;
      }
    }
    this.stop();
  }

  /** What has been opened stays so. */
  stop(): void {
    if (this.#isUnfoldingAll) {
      this.#isUnfoldingAll = false;
      this.events.changed();
    }
  }

  /** Opens the blocks around an item and brings it into view. */
  reveal(item: ItemId): void {
    const { model } = this.scene;
    if (model === null) {
      return;
    }
    if (!this.scene.contains(item)) {
      this.scene.enter(model.view.root.id, this.canvas.viewport());
    }
    const { expanded } = this.scene;
    const hiding = findAncestors(model.view, item).filter((block) => !expanded.has(block));
    const show = (): void => {
      const placed = this.scene.placed(item);
      if (placed !== undefined) {
        this.canvas.reveal(placed);
      }
    };
    if (hiding.length === 0 && this.scene.placed(item) !== undefined) {
      show();
    } else {
      this.#expand(new Set([...expanded, ...hiding]), show);
    }
  }

  /** Moves an item out from under the panels, where it fits beside them. */
  uncover(item: ItemId): void {
    const placed = this.scene.placed(item);
    if (placed !== undefined) {
      this.canvas.uncover(placed);
    }
  }

  /** Opens the blocks that hold the head and shows it whole. */
  showHead(): void {
    const { model } = this.scene;
    const head = model?.report.heads[0];
    if (model === null || head === undefined || !hasHead(model.report)) {
      return;
    }
    const items = head.nodes.flatMap((index) => model.view.itemOfLayer.get(index) ?? []);
    if (!items.every((item) => this.scene.contains(item))) {
      this.scene.enter(model.view.root.id, this.canvas.viewport());
    }
    const opened = new Set([...this.scene.expanded, ...items.flatMap((item) => findAncestors(model.view, item))]);
    this.#expand(opened, (picture) => {
      const area = toArea(picture, toHeadItems(model.view, opened, head));
      if (area) {
        this.canvas.fit({ ...area, y: area.y - 120, height: area.height + 160 }, 1.2);
      }
    });
  }

  /** The stage has another width: what was in the middle stays there, and a selected item that was in view in view. */
  resized(before: number, after: number, selected: ItemId | null): void {
    const placed = selected === null ? undefined : this.scene.placed(selected);
    const area = { ...this.canvas.visibleArea(), width: before / this.canvas.viewport().k };
    keepMiddle(this.canvas, before, after);
    if (placed !== undefined && after > 0 && before !== after && intersects(placed, area)) {
      this.canvas.reveal(placed);
    }
  }

  fit(): void {
    const { picture } = this.scene;
    if (picture !== null) {
      this.canvas.fit(picture, 1);
    }
  }

  #expandFromTop(expanded: ReadonlySet<ItemId>): void {
    this.#expand(expanded, (picture) => showBeginning(this.canvas, picture, this.insets()));
  }

  #expand(expanded: ReadonlySet<ItemId>, place: Place): void {
    this.scene.expand(expanded);
    void this.layOut(place);
    this.events.changed();
  }

  #show(picture: Picture, place: Place): void {
    this.canvas.setExtent(picture);
    place(picture);
    this.events.laidOut(picture);
  }
}
