import type { Flow } from './units';

/**
 * Splits units into convex groups: no path from a group leads out of it and back. Greedy along the topological order,
 * so a module that is called once stays whole, and one that is called in several places (a shared Relu) falls apart.
 * `members`: ascending positions.
 */
export function splitConvex(flow: Pick<Flow, 'outgoing'>, members: readonly number[]): number[][] {
  const last = members[members.length - 1];
  if (last - members[0] === members.length - 1) {
    return [[...members]]; // paths only lead on: out of an unbroken run for good
  }
  const isMember = new Set(members);
  const groups: number[][] = [];
  let group: number[] = [];
  /** Units that a path leaving the current group reaches. */
  let beyond = new Set<number>();
  for (let position = members[0]; position <= last; position++) {
    if (!isMember.has(position)) {
      if (beyond.has(position)) {
        flow.outgoing[position].forEach(({ to }) => beyond.add(to));
      }
      continue;
    }
    if (beyond.has(position)) {
      groups.push(group);
      group = [];
      beyond = new Set();
    }
    group.push(position);
    flow.outgoing[position].filter(({ to }) => !isMember.has(to)).forEach(({ to }) => beyond.add(to));
  }
  return [...groups, group];
}
