import type { ScoreName } from '../protocol/scoreName';
import { nameScore } from '../protocol/scoreName';
import type { ImageDocument, MapDocument } from './camDocument';
import { formatSigned } from './quantity';
import { formatTable } from './table';

const CHANNELS_SHOWN = 8;

/** One image for people: the classes, whether each map adds up, and the channels that count most. */
export function formatImage({ image, top, maps, note, ledger }: ImageDocument): string {
  const sections = [
    image,
    indent(top.length === 0 ? '' : formatTop(top)),
    indent(note),
    indent(formatMaps(maps, nameTop(top))),
    indent(formatLedger(maps, ledger)),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function formatTop(top: ImageDocument['top']): string {
  const rows = top.map(({ class: index, label, logit, probability }) => [
    String(index),
    label ?? '',
    logit.toFixed(4),
    probability === null ? '' : `${(100 * probability).toFixed(2)} %`,
  ]);
  return formatTable([['class', 'label', nameTop(top), 'probability'], ...rows], ['right', 'left', 'right', 'right']);
}

function nameTop(top: ImageDocument['top']): ScoreName {
  return nameScore(
    top.length,
    top.some(({ probability }) => probability !== null),
  );
}

function formatMaps(maps: ImageDocument['maps'], score: ScoreName): string {
  const hasCertificates = maps.some(({ certificate }) => certificate !== null);
  const rows = maps.map(({ class: index, contrast, height, width, certificate, file }) => [
    contrast === null ? nameMap(index) : `${nameMap(index)} − ${contrast}`,
    `${height}×${width}`,
    ...(hasCertificates ? formatCertificate(certificate, score) : []),
    file ?? '',
  ]);
  const heading = ['map of', 'size', ...(hasCertificates ? ['certificate', ''] : []), ''];
  const table = formatTable([heading, ...rows], ['right', 'right', 'left', 'left', 'left']);
  const remarks = maps.flatMap(({ class: index, remark }) =>
    remark === null ? [] : [`${describeMap(index)}: ${remark}`],
  );
  const values = maps.flatMap(({ class: index, target, value }) =>
    index === null ? [`Target: ${target} = ${value.toPrecision(6)}`] : [],
  );
  const figures = maps.flatMap(({ class: index, figures: known }) =>
    known.map(
      ({ label, value, unit, how }) =>
        `${describeMap(index)}: ${label} ${value.toPrecision(5)} ${unit}`.trimEnd() +
        (how === 'estimated' ? ' (estimated)' : ''),
    ),
  );
  return [table, ...values, ...figures, ...remarks].join('\n');
}

function nameMap(index: MapDocument['class']): string {
  return index === null ? 'target' : String(index);
}

function describeMap(index: MapDocument['class']): string {
  return index === null ? 'Target' : `Class ${index}`;
}

function formatCertificate(certificate: MapDocument['certificate'], score: ScoreName): readonly [string, string] {
  if (certificate === null) {
    return ['', ''];
  }
  const { aggregate, value, bias } = certificate;
  const sum = `${aggregate} ${value.toFixed(5)} ${bias < 0 ? '−' : '+'} bias ${Math.abs(bias).toFixed(5)} = ${(value + bias).toFixed(5)}`;
  return [sum, formatVerdict(certificate, score)];
}

function formatVerdict(
  { logit, residual, holds, tolerance }: NonNullable<MapDocument['certificate']>,
  score: ScoreName,
): string {
  if (!holds) {
    return `does NOT add up to the ${score} ${logit.toFixed(5)} (off by ${residual.toExponential(1)})`;
  }
  return tolerance === undefined
    ? 'adds up'
    : `adds up to the ${score} ${logit.toFixed(5)} within the model's own rounding (off by ${residual.toExponential(1)}, allowed ${tolerance.toExponential(1)})`;
}

function formatLedger(maps: ImageDocument['maps'], ledger: ImageDocument['ledger']): string {
  if (ledger.length === 0) {
    return '';
  }
  const rows = ledger
    .slice(0, CHANNELS_SHOWN)
    .map(({ channel, weight, mean, contribution }) => [
      String(channel),
      formatSigned(weight),
      formatSigned(mean),
      formatSigned(contribution),
    ]);
  return [
    `Channels that count most for class ${maps[0].class}`,
    formatTable([['channel', 'weight', 'mean', 'contribution'], ...rows], ['right', 'right', 'right', 'right']),
  ].join('\n');
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
