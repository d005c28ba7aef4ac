import type { ItemId } from './viewModel';

/** What is emphasised; ids of visible items. */
export interface Marks {
  readonly selected: ItemId | null;
  /** The selected layer of a box with several. */
  readonly selectedLayer: number | null;
  /** Boxes that match the search: how many layers in each. */
  readonly matches: ReadonlyMap<ItemId, number>;
  readonly head: ReadonlySet<ItemId>;
  /** Name of the tensor that the class activation map is computed from. */
  readonly featureMap: string | null;
  /** What the selected layers read and make; their edges are emphasised. */
  readonly tensors: ReadonlySet<string>;
}

export interface PictureActions {
  select(item: ItemId, layer: number | null): void;
  toggle(item: ItemId): void;
}

/** Id of an item's element, for aria-activedescendant. */
export function toElementId(item: ItemId): string {
  return `item-${item.replace(/[^\w-]/g, (character) => `_${character.codePointAt(0)?.toString(16) ?? ''}`)}`;
}
