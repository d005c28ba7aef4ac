import type { HeadFit } from '../protocol/headFit';
import type { FitDocument } from './fitDocument';
import { formatCount } from './quantity';
import { formatTable } from './table';

/** A fit for people: heads side by side, the learning curve, what was confused, and where the model is. */
export function formatFit(document: FitDocument): string {
  const sections = [
    formatData(document),
    formatHeads(document.heads),
    ...document.heads.flatMap((head) => [formatPath(head), formatCurve(head), formatConfusion(head, document.classes)]),
    document.file === null ? '' : `Saved ${document.file} (${document.saved ?? ''} head) and its settings file`,
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function formatData({ images, classes, isMultiLabel, split, featureMap }: FitDocument): string {
  const { channels, height, width, tensor } = featureMap;
  return [
    `${classes.length} ${isMultiLabel ? 'labels, each by itself' : 'classes'}: ${classes.slice(0, 12).join(', ')}${classes.length > 12 ? ', …' : ''}`,
    `${images.train} images to fit to, ${images.validation} held out (stratified, seed ${split.seed}); ` +
      `features of ${images.computed} computed, of ${images.reused} known${images.skipped.length === 0 ? '' : `, ${images.skipped.length} images left out`}`,
    `feature map ${tensor}: C ${channels}, H ${height}, W ${width}`,
  ].join('\n');
}

function formatHeads(heads: readonly HeadFit[]): string {
  const rows: readonly (readonly [string, (head: HeadFit) => string])[] = [
    ['', ({ kind }) => `${kind} head`],
    ['training accuracy', ({ train }) => formatShare(train.accuracy)],
    ['validation accuracy', ({ validation }) => formatShare(validation.accuracy)],
    ['training loss', ({ train }) => train.loss.toFixed(4)],
    ['validation loss', ({ validation }) => validation.loss.toFixed(4)],
    ['calibration error', ({ calibration }) => calibration.error.toFixed(4)],
    ['parameters', ({ parameters }) => formatCount(parameters)],
    ['parameters per image', ({ parametersPerImage }) => parametersPerImage.toPrecision(3)],
    ['penalty', ({ penalty, penaltyPath }) => `${penalty}${penaltyPath === null ? '' : ' (cv)'}`],
    ['iterations', ({ iterations, status }) => `${iterations}${status === 'converged' ? '' : ` (${status})`}`],
    ['seconds', ({ seconds }) => seconds.toFixed(3)],
  ];
  return formatTable(
    rows.map(([name, format]) => [name, ...heads.map(format)]),
    ['left', ...heads.map(() => 'right' as const)],
  );
}

function formatPath({ kind, penaltyPath }: HeadFit): string {
  const rows = penaltyPath?.map(({ penalty, loss, accuracy }) => [
    String(penalty),
    loss.toFixed(4),
    formatShare(accuracy),
  ]);
  return rows === undefined
    ? ''
    : formatTable([[`${kind}: penalty`, 'loss', 'accuracy'], ...rows], ['right', 'right', 'right']);
}

function formatCurve({ kind, learningCurve }: HeadFit): string {
  const rows = learningCurve.map(({ images, train, validation }) => [
    String(images),
    formatShare(train.accuracy),
    formatShare(validation.accuracy),
  ]);
  return formatTable([[`${kind}: images`, 'training', 'validation'], ...rows], ['right', 'right', 'right']);
}

const MOST_CONFUSIONS = 5;

function formatConfusion({ kind, confusion }: HeadFit, classes: readonly string[]): string {
  const found = (confusion ?? [])
    .flatMap((row, truth) => row.map((count, predicted) => ({ truth, predicted, count })))
    .filter(({ truth, predicted, count }) => truth !== predicted && count > 0)
    .sort((one, other) => other.count - one.count)
    .slice(0, MOST_CONFUSIONS)
    .map(({ truth, predicted, count }) => `${count} × ${classes[truth]} taken for ${classes[predicted]}`);
  return found.length === 0 ? '' : `${kind}: ${found.join(', ')}`;
}

function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
