import type { SwapImage, SwapProposal, SwapSide } from '../protocol/headSwap';
import { formatBytes, formatCount } from './quantity';
import { formatTable } from './table';

/** What `headlight head --json` prints: the proposal, and the file that was saved. */
export type HeadDocument = { readonly schema: 1; readonly file: string | null } & SwapProposal;

/** Worst images listed; --json has all. */
const MOST_IMAGES = 10;

const METHODS = {
  tie: 'tied weights, W[k,c,i,j] = w[k,c]/(H·W): the same logits',
  project: 'projection, w[k,c] = Σ_ij W[k,c,i,j]',
  distill: 'ridge least squares to the old logits',
  fit: 'logistic regression on labels',
} as const;

/** A swap for people: what it costs before and after, how far the heads agree, the worst images. */
export function formatSwap(document: HeadDocument, labels: readonly string[] | null): string {
  const { target, method, output, notes, file } = document;
  const sections = [
    `Head at "${output}" → ${target === 'gap' ? 'GAP + linear' : 'flatten + FC'}, by ${METHODS[method]}`,
    indent(formatSides(document)),
    indent(formatFigures(document)),
    formatImages(document.images, labels),
    notes.length === 0 ? '' : ['Notes', ...notes.map((note) => `  ${note}`)].join('\n'),
    file === null ? 'Nothing was saved: give --out FILE.onnx to save the new model.' : `Saved and checked: ${file}`,
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function formatSides({ before, after }: HeadDocument): string {
  const row = (name: string, { kind, parameters, bytes, macs }: SwapSide) => [
    name,
    kind,
    formatCount(parameters),
    formatBytes(bytes),
    formatCount(macs),
  ];
  const ratio = (one: number | null, other: number | null) =>
    one === null || other === null || other === 0 ? '' : `× ${Number((one / other).toPrecision(4))}`;
  return formatTable(
    [
      ['', 'kind', 'parameters', 'memory', 'MACs'],
      row('before', before),
      row('after', after),
      [
        '',
        '',
        ratio(after.parameters, before.parameters),
        ratio(after.bytes, before.bytes),
        ratio(after.macs, before.macs),
      ],
    ],
    ['left', 'left', 'right', 'right', 'right'],
  );
}

function formatFigures({ residual, ridge, agreement, method }: HeadDocument): string {
  const how = agreement?.provenance === 'estimated' ? 'leave-one-out' : 'measured';
  const rows = [
    ...(residual === null ? [] : [['residual', `${formatNumber(residual)}  ‖W − V‖/‖W‖, old and new weights`]]),
    ...(ridge === null
      ? []
      : [['ridge', `${formatNumber(ridge)}${method === 'distill' ? '  chosen by leave-one-out' : ''}`]]),
    ...(agreement === null
      ? [['agreement', 'not measured: no images of the old head’s classes were given']]
      : [
          ['top-1 agreement', `${(100 * agreement.top1).toFixed(1)} % of ${agreement.images} images, ${how}`],
          ['logit difference', `${formatNumber(agreement.maxAbsLogitDifference)} at most`],
          [
            'logit correlation',
            agreement.meanCorrelation === null
              ? 'not defined'
              : `${agreement.meanCorrelation.toFixed(4)}, mean over images`,
          ],
        ]),
  ];
  return formatTable(rows, ['left', 'left']);
}

function formatImages(images: readonly SwapImage[], labels: readonly string[] | null): string {
  if (images.length === 0) {
    return '';
  }
  const name = (index: number) => (labels?.[index] === undefined ? String(index) : `${index} ${labels[index]}`);
  const rows = images
    .slice(0, MOST_IMAGES)
    .map(({ image, top1Before, top1After, maxAbsLogitDifference, correlation }) => [
      image,
      name(top1Before),
      top1After === top1Before ? 'same' : name(top1After),
      formatNumber(maxAbsLogitDifference),
      correlation === null ? '' : correlation.toFixed(4),
    ]);
  const header = ['worst images', 'first before', 'first after', 'difference', 'correlation'];
  const table = formatTable([header, ...rows], ['left', 'left', 'left', 'right', 'right']);
  const rest = images.length - rows.length;
  return rest > 0 ? `${table}\n… and ${rest} more (--json lists all)` : table;
}

function formatNumber(value: number): string {
  return value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(4)));
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
