import { findClass } from '../image/findClass';
import type { ResolvedLabels } from '../image/resolveLabels';
import { UserError } from '../userError';

type Names = Pick<ResolvedLabels, 'labels' | 'names'>;

/** The class that a folder's name means: an index or a label, with `_` for a space; null when the model has none. */
export function createTrueClasses(labels: Names | null, classes: number): (folder: string | null) => number | null {
  const known = new Map<string, number | null>();
  return (folder) => {
    if (folder === null) {
      return null;
    }
    const found = known.has(folder) ? (known.get(folder) ?? null) : lookUp(folder, labels, classes);
    known.set(folder, found);
    return found;
  };
}

function lookUp(folder: string, labels: Names | null, classes: number): number | null {
  for (const name of [folder, folder.replaceAll('_', ' ')]) {
    try {
      return findClass(labels, name, classes);
    } catch (error) {
      // A folder may be called anything.
      if (!(error instanceof UserError)) {
        throw error;
      }
    }
  }
  return null;
}
