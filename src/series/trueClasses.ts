import { findNamedClass } from '../image/namedClass';
import type { ResolvedLabels } from '../image/resolveLabels';

type Names = Pick<ResolvedLabels, 'labels' | 'names'>;

/** The class that a folder's name means, looked up once for each folder; null when the model has none. */
export function createTrueClasses(labels: Names | null, classes: number): (folder: string | null) => number | null {
  const known = new Map<string, number | null>();
  return (folder) => {
    if (folder === null) {
      return null;
    }
    const found = known.has(folder) ? (known.get(folder) ?? null) : findNamedClass(labels, folder, classes);
    known.set(folder, found);
    return found;
  };
}
