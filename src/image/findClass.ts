import { UserError } from '../userError';
import type { ResolvedLabels } from './resolveLabels';

const SHOWN = 8;

/**
 * The class that a person means by an index or a name. Names are compared without regard to case: whole labels first,
 * then further names (the words of an ImageNet synset, the parts of a label between commas).
 * Throws UserError `badArgument` when there is no such class, or several.
 */
export function findClass(
  labels: Pick<ResolvedLabels, 'labels' | 'names'> | null,
  text: string,
  classes: number,
): number {
  const wanted = text.trim().toLowerCase();
  if (classes === 0) {
    throw new UserError('badArgument', `There is no class ${wanted}: the model gives no class scores.`);
  }
  if (/^-?\d+$/.test(wanted)) {
    const index = Number(wanted);
    if (index >= 0 && index < classes) {
      return index;
    }
    throw new UserError(
      'badArgument',
      `There is no class ${wanted}: the model has ${classes}, numbered from 0 to ${classes - 1}.`,
    );
  }
  if (labels === null) {
    throw new UserError(
      'badArgument',
      `Found no labels for this model, so "${text}" cannot be looked up. Give a class index or labels.`,
    );
  }
  const namesOf = (index: number): readonly string[] => [
    ...(labels.names?.[index] ?? []),
    ...labels.labels[index].split(', '),
  ];
  const wholeNamesOf = (index: number): readonly string[] => [
    labels.labels[index],
    ...(labels.names?.[index].slice(0, 1) ?? []),
  ];
  for (const listNames of [wholeNamesOf, namesOf]) {
    const matches = findMatches(labels.labels.length, (index) =>
      listNames(index).some((name) => name.trim().toLowerCase() === wanted),
    );
    if (matches.length === 1) {
      return matches[0];
    }
    if (matches.length > 1) {
      throw new UserError('badArgument', `"${text}" may be ${describe(matches, labels)}. Give the index.`);
    }
  }
  const near = findMatches(labels.labels.length, (index) =>
    namesOf(index).some((name) => name.toLowerCase().includes(wanted)),
  );
  const hint = near.length > 0 ? `Near it: ${describe(near, labels)}.` : 'Give a class index or another label.';
  throw new UserError('badArgument', `No class is called "${text}". ${hint}`);
}

function findMatches(count: number, matches: (index: number) => boolean): number[] {
  return Array.from({ length: count }, (_, index) => index).filter(matches);
}

function describe(indices: readonly number[], { labels, names }: Pick<ResolvedLabels, 'labels' | 'names'>): string {
  const shown = indices
    .slice(0, SHOWN)
    .map((index) => `${index} (${names?.[index].slice(1).join(', ') ?? labels[index]})`);
  const rest = indices.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(' or ');
}
