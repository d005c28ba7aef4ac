import type { GalleryRow, GallerySeries, GallerySide } from '../../src/protocol/gallery';
import type { HostToWebview } from '../../src/protocol/messages';

/** A series and what is known of its images, in the order in which they were done. */
export interface GalleryContent {
  readonly series: GallerySeries;
  readonly rows: readonly GalleryRow[];
}

/** The series of the gallery, and the one it is compared with. */
export type Galleries = Readonly<Record<GallerySide, GalleryContent | null>>;

export const NO_GALLERIES: Galleries = { main: null, other: null };

type GalleryEvent = Extract<HostToWebview, { readonly type: 'galleryChanged' | 'galleryAdvanced' }>;

/**
 * What an event of the host changes. Rows of a series that was replaced meanwhile are left out. A page that is made while
 * a series is at work hears of some rows twice, of the latest and then of all, or of the latest before the first.
 */
export function applyGalleryEvent(galleries: Galleries, event: GalleryEvent): Galleries {
  const known = galleries[event.side];
  if (event.type === 'galleryAdvanced') {
    return known?.series.id === event.id && event.from <= known.rows.length
      ? { ...galleries, [event.side]: { ...known, rows: [...known.rows.slice(0, event.from), ...event.rows] } }
      : galleries;
  }
  const { series } = event;
  const rows = known !== null && known.series.id === series?.id ? known.rows : [];
  return { ...galleries, [event.side]: series === null ? null : { series, rows } };
}
