import type { ImageMetrics, SeriesRecord } from '../protocol/imageSeries';
import type { SeriesSummary } from '../series/summarizeSeries';
import { nameScore } from '../protocol/scoreName';
import { formatTable } from './table';

const CLASSES_SHOWN = 10;

/** One image in a line: its most likely class and whether the map adds up; with the figures of the map when wanted. */
export function formatRecord(record: SeriesRecord, withMetrics = false): string {
  if (record.status === 'failed') {
    return `${record.image}  failed\n`;
  }
  const metrics = withMetrics ? formatMetrics(record.metrics) : '';
  if (record.top.length === 0) {
    return `${record.image}  target ${record.maps[0].value.toPrecision(6)}${metrics}\n`;
  }
  const { class: index, label, logit, probability } = record.top[0];
  const verdict = record.metrics.holds === null ? '' : record.metrics.holds ? '  adds up' : '  does NOT add up';
  const score = nameScore(record.top.length, probability !== null);
  const share = probability === null ? `  ${score} ${logit.toPrecision(6)}` : `  ${(100 * probability).toFixed(2)} %`;
  return `${record.image}  ${label === null ? `class ${index}` : `${label} (${index})`}${share}${verdict}${metrics}\n`;
}

/** What is known of an image's answer and its map; everything is in the tables. */
function formatMetrics({ entropy, error, borderEnergy, minimum, maximum, mean }: ImageMetrics): string {
  const number = (value: number): string => value.toPrecision(4);
  return [
    ...(entropy === null ? [] : [`entropy ${number(entropy)}`]),
    ...(error === null ? [] : [`error ${number(error)}`]),
    ...(borderEnergy === null ? [] : [`border energy ${number(borderEnergy)}`]),
    `map ${number(minimum)} … ${number(maximum)}, mean ${number(mean)}`,
  ]
    .map((text) => `  ${text}`)
    .join('');
}

interface Written {
  readonly hasClassFolders: boolean;
  readonly folder: string | null;
  /** Paths of the tables. */
  readonly written: readonly string[];
}

export function formatSummary(summary: SeriesSummary, { hasClassFolders, folder, written }: Written): string {
  const { images, explained, failed, certificates, accuracy, target, classes } = summary;
  const lines = [`${images} images: ${explained} explained, ${failed} failed`];
  if (certificates !== null) {
    const largest = certificates.largestResidual.toExponential(1);
    lines.push(`${certificates.holding} of ${explained} maps add up (largest difference ${largest})`);
  }
  if (target !== null) {
    const [least, mean, most] = [target.minimum, target.mean, target.maximum].map((value) => value.toPrecision(6));
    lines.push(`The target is ${least} … ${most}, ${mean} on average`);
  }
  if (accuracy !== null) {
    const share = (100 * accuracy.share).toFixed(1);
    lines.push(`${share} % of ${accuracy.images} images are of the class that their folder names`);
  } else if (hasClassFolders && target === null) {
    lines.push('The folders of the images name no classes of the model, so nothing is said about right and wrong.');
  }
  const rows = classes.slice(0, CLASSES_SHOWN).map((one) => [String(one.images), String(one.class), one.label ?? '']);
  const table = formatTable([['images', 'class', 'label'], ...rows], ['right', 'right', 'left']);
  const more = classes.length > CLASSES_SHOWN ? `\n… and ${classes.length - CLASSES_SHOWN} more classes` : '';
  const files = folder === null ? [] : [`Written to ${folder}`, ...written.map((path) => `  ${path}`)];
  const parts = [lines.join('\n'), classes.length === 0 ? '' : `${table}${more}`, files.join('\n')];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
