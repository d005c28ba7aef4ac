import { UserError } from '../userError';
import { findClass } from './findClass';
import type { ResolvedLabels } from './resolveLabels';

/**
 * The class that the name of a folder, a file or an annotation means: an index or a label, with `_` for a space; null
 * when the model has none, for such a name may be anything.
 */
export function findNamedClass(
  labels: Pick<ResolvedLabels, 'labels' | 'names'> | null,
  name: string,
  classes: number,
): number | null {
  for (const text of new Set([name, name.replaceAll('_', ' ')])) {
    try {
      return findClass(labels, text, classes);
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
    }
  }
  return null;
}
