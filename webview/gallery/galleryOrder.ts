import type { GalleryRow } from '../../src/protocol/gallery';

export type GallerySort = 'order' | 'probability' | 'error' | 'entropy' | 'certificate' | 'border';

/** What the user looks at in the gallery; kept with the page's other choices. */
export interface GalleryChoices {
  readonly sort: GallerySort;
  readonly descending: boolean;
  /** What the filter and the averages go by. */
  readonly by: 'predicted' | 'true';
  /** Name of a class; null: all. */
  readonly filter: string | null;
  /** One colour scale for all images, or each map its own. */
  readonly range: 'shared' | 'map';
}

export const DEFAULT_GALLERY_CHOICES: GalleryChoices = {
  sort: 'order',
  descending: true,
  by: 'predicted',
  filter: null,
  range: 'shared',
};

const VALUES = {
  sort: ['order', 'probability', 'error', 'entropy', 'certificate', 'border'],
  descending: [true, false],
  by: ['predicted', 'true'],
  range: ['shared', 'map'],
} as const;

/** Whether saved choices, perhaps of another version, are still understood. */
export function isGalleryChoices(saved: unknown): saved is GalleryChoices {
  if (typeof saved !== 'object' || saved === null) {
    return false;
  }
  const choices = saved as Readonly<Record<string, unknown>>;
  return (
    (choices['filter'] === null || typeof choices['filter'] === 'string') &&
    Object.entries(VALUES).every(([name, values]) => (values as readonly unknown[]).includes(choices[name]))
  );
}

/** Figure that rows are sorted by; null where an image has none: it comes last. */
export function readSortValue(row: GalleryRow, sort: GallerySort): number | null {
  switch (sort) {
    case 'order':
      return null;
    case 'certificate':
      return row.residual === null ? null : Math.abs(row.residual);
    case 'border':
      return row.borderEnergy;
    default:
      return row[sort];
  }
}

/** The class an image counts to; null for none (it failed, or lies in no folder). */
function readClassName(row: GalleryRow, by: GalleryChoices['by']): string | null {
  if (by === 'true') {
    return row.trueLabel;
  }
  return row.label ?? (row.classIndex === null ? null : `Class ${row.classIndex}`);
}

/** The rows that pass the filter, sorted; equals stay in the order in which they came. */
export function arrangeRows(rows: readonly GalleryRow[], choices: GalleryChoices): readonly GalleryRow[] {
  const { sort, descending, by, filter } = choices;
  const passing = filter === null ? [...rows] : rows.filter((row) => readClassName(row, by) === filter);
  if (sort === 'order') {
    return passing;
  }
  const sign = descending ? -1 : 1;
  return passing.sort((one, other) => {
    const [a, b] = [readSortValue(one, sort), readSortValue(other, sort)];
    return a === null || b === null ? Number(a === null) - Number(b === null) : sign * (a - b);
  });
}

/** Classes with the number of their images, most first. */
export function countClasses(
  rows: readonly GalleryRow[],
  by: GalleryChoices['by'],
): readonly { readonly name: string; readonly images: number }[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const name = readClassName(row, by);
    if (name !== null) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts]
    .map(([name, images]) => ({ name, images }))
    .sort((one, other) => other.images - one.images || one.name.localeCompare(other.name, 'en', { numeric: true }));
}
