import type { BodyPurpose, GraphValue } from '../../src/protocol/layerBodies';
import { formatExact } from '../quantity';

type Role = 'input' | 'output';

/** What a value is to the graph that it enters or leaves, in a word or two. */
export function toValueWord(role: Role, { outside }: GraphValue): string {
  return outside?.source === 'outside' && role === 'input' ? 'from outside' : role;
}

/** The same as a heading. */
export function toValueTitle(role: Role, value: GraphValue): string {
  const { outside } = value;
  if (outside === undefined) {
    return `Model ${role}`;
  }
  return outside.source === 'outside' && role === 'input' ? 'Taken from outside' : `Body ${role}`;
}

/** What an input of a body holds; '' where its name says it. */
export function describeInput({ role, outer }: Pick<NonNullable<GraphValue['outside']>, 'role' | 'outer'>): string {
  switch (role) {
    case 'same':
      return outer === null ? '' : `is ${outer} outside`;
    case 'carried':
      return outer === null ? 'handed from turn to turn' : `begins as ${outer}, then from the turn before`;
    case 'part':
      return outer === null ? '' : `one part of ${outer} in each turn`;
    case 'turn':
      return 'number of the turn';
  }
}

/** What an output of a body becomes; '' where it stays inside. */
export function describeOutput(purpose: BodyPurpose): string {
  switch (purpose.outer === null ? null : purpose.role) {
    case null:
      return '';
    case 'same':
      return `becomes ${purpose.outer}`;
    case 'carried':
      return `becomes ${purpose.outer} after the last turn`;
    case 'stacked':
    case 'collected':
      return `becomes ${purpose.outer}, ${describeOutputRole(purpose)}`;
  }
}

/** How the output of a layer is made of those of its body; '' where it is one of them. */
export function describeOutputRole({ role, turns }: Pick<BodyPurpose, 'role' | 'turns'>): string {
  const each = turns === null ? 'all turns' : `${formatExact(turns)} ${turns === 1 ? 'turn' : 'turns'}`;
  return { same: '', carried: 'carried', stacked: `stacked over ${each}`, collected: `collected over ${each}` }[role];
}
