/** A block while the tree is built; numbers are positions in `Flow.units`. Children are in topological order. */
export interface Group {
  readonly id: string;
  readonly label: string;
  readonly children: readonly GroupChild[];
  /** The children are built alike; how many of them there are. */
  readonly repeat?: number;
}
export type GroupChild = Group | number;

export function firstPosition(child: GroupChild): number {
  return typeof child === 'number' ? child : firstPosition(child.children[0]);
}

/** Positions of all units in a block, depth first. */
export function positionsOf(child: GroupChild): number[] {
  const positions: number[] = [];
  collectPositions(child, positions);
  return positions;
}

function collectPositions(child: GroupChild, into: number[]): void {
  if (typeof child === 'number') {
    into.push(child);
  } else {
    child.children.forEach((inner) => collectPositions(inner, into));
  }
}
