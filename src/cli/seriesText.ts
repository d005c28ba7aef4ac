import type { SeriesRecord } from '../protocol/imageSeries';
import type { SeriesSummary } from '../series/summarizeSeries';
import { formatTable } from './table';

const CLASSES_SHOWN = 10;

/** One image in a line: its most likely class and whether the map adds up. */
export function formatRecord(record: SeriesRecord): string {
  if (record.status === 'failed') {
    return `${record.image}  failed\n`;
  }
  const { class: index, label, probability } = record.top[0];
  const verdict = record.metrics.holds === null ? '' : record.metrics.holds ? '  adds up' : '  does NOT add up';
  const share = probability === null ? '' : `  ${(100 * probability).toFixed(2)} %`;
  return `${record.image}  ${label === null ? `class ${index}` : `${label} (${index})`}${share}${verdict}\n`;
}

interface Written {
  readonly hasClassFolders: boolean;
  readonly folder: string | null;
  /** Paths of the tables. */
  readonly written: readonly string[];
}

export function formatSummary(summary: SeriesSummary, { hasClassFolders, folder, written }: Written): string {
  const { images, explained, failed, certificates, accuracy, classes } = summary;
  const lines = [`${images} images: ${explained} explained, ${failed} failed`];
  if (certificates !== null) {
    const largest = certificates.largestResidual.toExponential(1);
    lines.push(`${certificates.holding} of ${explained} maps add up to their logit (largest difference ${largest})`);
  }
  if (accuracy !== null) {
    const share = (100 * accuracy.share).toFixed(1);
    lines.push(`${share} % of ${accuracy.images} images are of the class that their folder names`);
  } else if (hasClassFolders) {
    lines.push('The folders of the images name no classes of the model, so nothing is said about right and wrong.');
  }
  const rows = classes.slice(0, CLASSES_SHOWN).map((one) => [String(one.images), String(one.class), one.label ?? '']);
  const table = formatTable([['images', 'class', 'label'], ...rows], ['right', 'right', 'left']);
  const more = classes.length > CLASSES_SHOWN ? `\n… and ${classes.length - CLASSES_SHOWN} more classes` : '';
  const files = folder === null ? [] : [`Written to ${folder}`, ...written.map((path) => `  ${path}`)];
  const parts = [lines.join('\n'), classes.length === 0 ? '' : `${table}${more}`, files.join('\n')];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
