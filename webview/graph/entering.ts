import type { Descent } from './descent';
import type { Folding } from './folding';
import type { Scene } from './scene';
import type { ItemId } from './viewModel';

/** What goes into blocks and bodies, and out of them. */
interface Parts {
  readonly scene: Pick<Scene, 'model' | 'root'>;
  readonly folding: Pick<Folding, 'enter' | 'toggle'>;
  readonly descent: Pick<Descent, 'path' | 'show' | 'leave'>;
}

/** Makes a block the whole picture, or the first body of what a layer runs inside; false: the item has none. */
export function enterItem({ scene: { model }, folding, descent }: Parts, item: ItemId): boolean {
  if (model?.view.items.get(item)?.kind === 'block') {
    folding.enter(item);
    return true;
  }
  const layer = model?.contentOf(item).bodyLayer ?? null;
  if (layer !== null) {
    void descent.show([...descent.path, { layer, body: 0 }]);
  }
  return layer !== null;
}

/** The same; of what has nothing inside, the block around it. */
export function enterAround(parts: Parts, item: ItemId | null): void {
  const { model, root } = parts.scene;
  if (model !== null && item !== null && !enterItem(parts, item)) {
    parts.folding.enter(model.view.parentOf(item) ?? root);
  }
}

/** The block around what is shown, or the graph around the body that is, becomes the whole picture. */
export function leaveRoot({ scene: { model, root }, folding, descent }: Parts): void {
  if (root === model?.view.root.id) {
    descent.leave(descent.path.length - 1);
  } else {
    folding.toggle(root);
  }
}
