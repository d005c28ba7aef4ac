import { splitConvex } from './convexGroups';
import { firstPosition, positionsOf, type Group, type GroupChild } from './group';
import { toRegionLabel } from './regionLabel';
import type { StructureOf } from './structure';
import type { Flow } from './units';

/** Two alike are seen at a glance; from three on a number says more than the boxes. */
const LEAST_COUNT = 3;
/** Children that repeat together: a convolution, a residual block and a pooling in turn, for example. */
const LONGEST_PERIOD = 8;

interface Run {
  readonly period: number;
  readonly count: number;
}

/**
 * Neighbours that are built alike become one block of which the graph says `×6`. Always blocks; single layers only
 * where there are too many of them (`withLayers`).
 */
export function foldRepeats(
  flow: Flow,
  children: readonly GroupChild[],
  structureOf: StructureOf,
  withLayers: boolean,
): GroupChild[] {
  if (!withLayers && children.every((child) => typeof child === 'number')) {
    return [...children];
  }
  const structures = toStructures(children, structureOf);
  const folded: GroupChild[] = [];
  for (let start = 0; start < children.length;) {
    const run = findRun(flow, children, structures, structureOf, start, withLayers);
    const length = run === null ? 1 : run.period * run.count;
    const members = children.slice(start, start + length);
    folded.push(run === null ? children[start] : toRepeat(flow, members, run));
    start += length;
  }
  return folded;
}

/** Equal numbers: built alike. Only what has enough others of its size is looked into. */
function toStructures(children: readonly GroupChild[], structureOf: StructureOf): number[] {
  const positions = children.map((child) => positionsOf(child).sort(ascending));
  const counts = new Map<number, number>();
  positions.forEach(({ length }) => counts.set(length, (counts.get(length) ?? 0) + 1));
  return positions.map((each, index) =>
    (counts.get(each.length) ?? 0) < LEAST_COUNT ? -1 - index : structureOf(each),
  );
}

/** The run from `start` on that covers the most children; of equal ones that with the shortest period. */
function findRun(
  flow: Flow,
  children: readonly GroupChild[],
  structures: readonly number[],
  structureOf: StructureOf,
  start: number,
  withLayers: boolean,
): Run | null {
  let best: Run | null = null;
  for (let period = 1; period <= LONGEST_PERIOD && start + LEAST_COUNT * period <= children.length; period++) {
    const first = children.slice(start, start + period);
    if (!withLayers && first.every((child) => typeof child === 'number')) {
      continue;
    }
    let end = start + period;
    while (end < children.length && structures[end] === structures[end - period]) {
      end += 1;
    }
    const count = Math.floor((end - start) / period);
    const isLonger = best === null || period * count > best.period * best.count;
    if (count >= LEAST_COUNT && isLonger) {
      const run = { period, count };
      const turns = toTurns(children.slice(start, start + period * count), run);
      best = areAlike(turns, structureOf) && areConvex(flow, turns) ? run : best;
    }
  }
  return best;
}

function toTurns(members: readonly GroupChild[], { period, count }: Run): GroupChild[][] {
  return Array.from({ length: count }, (_, turn) => members.slice(turn * period, (turn + 1) * period));
}

/** Alike child by child does not mean wired alike. */
function areAlike(turns: readonly GroupChild[][], structureOf: StructureOf): boolean {
  if (turns[0].length === 1) {
    return true;
  }
  const [first, ...others] = turns.map((turn) => structureOf(toPositions(turn)));
  return others.every((structure) => structure === first);
}

function areConvex(flow: Flow, turns: readonly GroupChild[][]): boolean {
  const isConvex = (members: readonly GroupChild[]): boolean => splitConvex(flow, toPositions(members)).length === 1;
  return isConvex(turns.flat()) && (turns[0].length === 1 || turns.every(isConvex));
}

function toPositions(members: readonly GroupChild[]): number[] {
  return members.flatMap(positionsOf).sort(ascending);
}

const ascending = (one: number, other: number): number => one - other;

function toRepeat(flow: Flow, members: readonly GroupChild[], run: Run): Group {
  const children = run.period === 1 ? members : toTurns(members, run).map((turn, index) => toTurn(flow, turn, index));
  return {
    id: `repeat:${firstPosition(members[0])}-${run.count}`,
    label: toRangeLabel(labelOf(flow, children[0]), labelOf(flow, children[children.length - 1])),
    children,
    repeat: run.count,
  };
}

function toTurn(flow: Flow, children: readonly GroupChild[], index: number): Group {
  const positions = children.flatMap(positionsOf);
  return {
    id: `turn:${firstPosition(children[0])}-${children.length}`,
    label: toRegionLabel(flow, positions, index + 1),
    children,
  };
}

export function labelOf(flow: Flow, child: GroupChild): string {
  if (typeof child !== 'number') {
    return child.label;
  }
  const unit = flow.units[child];
  return unit.kind === 'layers' ? unit.label : unit.value.name;
}

/** `blocks.2`, `blocks.5` → `blocks.2–5`. */
export function toRangeLabel(first: string, last: string): string {
  return toRunLabel(first, last) ?? `${first} – ${last}`;
}

/** The same for names that differ in a number at their end; null: they do not. */
export function toRunLabel(first: string, last: string): string | null {
  const words = /^(.*?)\d+$/.exec(first)?.[1];
  const number = words === undefined ? null : /^\d+$/.exec(last.slice(words.length));
  return number !== null && words !== undefined && last.startsWith(words) ? `${first}–${number[0]}` : null;
}
