import type { GraphValue } from '../../src/protocol/layerBodies';

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
export function describeOutput({ outer }: { readonly outer: string | null }): string {
  return outer === null ? '' : `becomes ${outer}`;
}
