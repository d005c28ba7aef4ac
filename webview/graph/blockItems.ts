import { toBlockEdges } from './blockEdges';
import { positionsOf, type Group, type GroupChild } from './group';
import { refineBlock } from './refineBlock';
import type { StructureOf } from './structure';
import { summarize } from './summarize';
import type { Flow } from './units';
import type { BlockEdge, BlockItem, BlockSummary, GraphItem, ItemId, ItemLookup, ParentLookup } from './viewModel';

/** A block that nobody has looked at yet, and the block around it. */
interface Unseen {
  readonly group: Group;
  readonly parent: ItemId;
}

/**
 * The blocks of a graph, each refined when it is first looked at: of the thousands of blocks of a large graph the first
 * picture shows a few. Looking at a block costs its own units, looking at everything O(nodes · depth).
 */
export class BlockItems implements ItemLookup, ParentLookup {
  readonly root: BlockItem;
  readonly #items: Map<ItemId, GraphItem>;
  readonly #parents = new Map<ItemId, ItemId>();
  readonly #positions: ReadonlyMap<ItemId, number>;
  readonly #children = new Map<ItemId, readonly GroupChild[]>();
  readonly #members = new Map<ItemId, ReadonlyMap<number, ItemId>>();
  readonly #edges = new Map<ItemId, readonly BlockEdge[]>();
  readonly #unseen = new Map<ItemId, Unseen>();

  constructor(
    readonly flow: Flow,
    tree: Group,
    private readonly structureOf: StructureOf,
  ) {
    this.#items = new Map(flow.units.map((unit) => [unit.id, unit]));
    this.#positions = new Map(flow.units.map(({ id }, position) => [id, position]));
    this.root = this.#add(tree, null);
  }

  get(id: ItemId): GraphItem | undefined {
    const known = this.#items.get(id) ?? this.#look(id);
    if (known !== undefined) {
      return known;
    }
    for (const item of this.values()) {
      if (item.id === id) {
        return item; // a block deeper inside
      }
    }
    return undefined;
  }

  has(id: ItemId): boolean {
    return this.get(id) !== undefined;
  }

  *values(): Generator<GraphItem> {
    for (const item of this.#items.values()) {
      if (item.kind === 'block') {
        item.children.forEach((child) => this.#look(child)); // adds to the end of the same map
      }
      yield item;
    }
  }

  parentOf(id: ItemId): ItemId | undefined {
    const position = this.#positions.get(id);
    if (position !== undefined && !this.#parents.has(id)) {
      this.#lookAround(position);
    } else if (position === undefined) {
      this.get(id);
    }
    return this.#parents.get(id);
  }

  edgesOf(block: ItemId): readonly BlockEdge[] {
    let edges = this.#edges.get(block);
    if (edges === undefined) {
      edges = this.get(block)?.kind === 'block' ? toBlockEdges(this.flow, block, this.#membersOf(block)) : [];
      this.#edges.set(block, edges);
    }
    return edges;
  }

  #look(id: ItemId): GraphItem | undefined {
    const unseen = this.#unseen.get(id);
    this.#unseen.delete(id);
    return unseen && this.#add(unseen.group, unseen.parent);
  }

  /** From the outermost block to the one that holds the unit. */
  #lookAround(position: number): void {
    const unit = this.flow.units[position].id;
    let block: ItemId = this.root.id;
    while (!this.#parents.has(unit)) {
      const inner = this.#membersOf(block).get(position);
      if (inner === undefined || this.get(inner) === undefined) {
        throw new Error(`No block holds ${unit}`);
      }
      block = inner;
    }
  }

  #add(group: Group, parent: ItemId | null): BlockItem {
    const refined = refineBlock(this.flow, group, this.structureOf);
    const { id, label, children, repeat = null } = refined;
    const ids = children.map((child) => (typeof child === 'number' ? this.flow.units[child].id : child.id));
    let known: BlockSummary | null = null;
    const summary = (): BlockSummary => (known ??= summarize(this.flow, refined));
    const item: BlockItem = { kind: 'block', id, label, children: ids, repeat, summary };
    this.#items.set(id, item);
    this.#children.set(id, children);
    if (parent !== null) {
      this.#parents.set(id, parent);
    }
    for (const child of children) {
      if (typeof child === 'number') {
        this.#parents.set(this.flow.units[child].id, id);
      } else {
        this.#unseen.set(child.id, { group: child, parent: id });
      }
    }
    return item;
  }

  /** The child of the block that each of the units inside it belongs to. */
  #membersOf(block: ItemId): ReadonlyMap<number, ItemId> {
    let members = this.#members.get(block);
    if (members === undefined) {
      const entries = (this.#children.get(block) ?? []).flatMap((child) => {
        const id = typeof child === 'number' ? this.flow.units[child].id : child.id;
        return positionsOf(child).map((position) => [position, id] as const);
      });
      members = new Map(entries);
      this.#members.set(block, members);
    }
    return members;
  }
}
