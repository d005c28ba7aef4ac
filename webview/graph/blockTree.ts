import { assignScopes, type Scope } from './scopes';
import { splitConvex } from './convexGroups';
import { firstPosition, type Group, type GroupChild } from './group';
import type { Flow } from './units';

/**
 * The tree of modules, as far as names tell them; `refineBlock` gives a block more structure that would still show too
 * many boxes at once. Every block is convex (no path leaves and re-enters it), so the folded graph has no cycle through it.
 */
export function toBlockTree(flow: Flow): Group {
  const scopes = assignScopes(flow);
  const positions = flow.units.map((_, position) => position);
  return unwrap({ id: 'root', label: '', children: groupByScope(flow, scopes, positions, []) });
}

/** Children of the scope `path`: its own units, and one block per module inside it (several when not convex). */
function groupByScope(flow: Flow, scopes: readonly Scope[], positions: readonly number[], path: Scope): GroupChild[] {
  const inner = new Map<string, number[]>();
  const children: GroupChild[] = [];
  for (const position of positions) {
    const segment = scopes[position][path.length];
    if (segment === undefined) {
      children.push(position);
    } else {
      const members = inner.get(segment);
      if (members === undefined) {
        inner.set(segment, [position]);
      } else {
        members.push(position);
      }
    }
  }
  for (const [segment, members] of inner) {
    const innerPath = [...path, segment];
    splitConvex(flow, members).forEach((part, index) => {
      const id = `scope:${innerPath.join('/')}${index === 0 ? '' : `#${index + 1}`}`;
      const group: Group = { id, label: toLabel(innerPath), children: groupByScope(flow, scopes, part, innerPath) };
      children.push(group.children.length === 1 ? group.children[0] : group);
    });
  }
  return children.sort((one, other) => firstPosition(one) - firstPosition(other));
}

/** A module that is only a number is called after its parent too: `blocks.3`. */
function toLabel(path: Scope): string {
  const name = path[path.length - 1];
  return path.length > 1 && /^\d+$/.test(name) ? `${path[path.length - 2]}.${name}` : name;
}

/** A model that is one single module (and its inputs and outputs) opens inside that module. */
function unwrap(root: Group): Group {
  const blocks = root.children.filter((child) => typeof child !== 'number');
  const isWrapper = blocks.length === 1 && root.children.length <= 4 && blocks[0].children.length > 4;
  if (!isWrapper) {
    return root;
  }
  const children = root.children.flatMap((child) => (typeof child === 'number' ? [child] : child.children));
  return unwrap({ ...root, children });
}
