import { describeCostBasis } from '../protocol/costBasis';
import { sumActivations, sumMacs, type KnownSum } from '../protocol/knownSum';
import type { LayerMeasurement } from '../protocol/measurement';
import type { ModelDetails } from '../protocol/modelDetails';
import type { HeadReport, LayerReport, ModelReport } from '../protocol/modelReport';
import { formatMeasurement } from './measurementText';
import { formatBytes, formatCount, formatShape } from './quantity';
import { formatTable } from './table';

/** The report for people: model card, inputs and outputs, cost by layer type, the heads with their counterparts. */
export function formatReport(report: ModelReport, details: ModelDetails, measured: LayerMeasurement | null): string {
  const sections = [
    formatCard(report, details),
    formatValues(report),
    formatCostByType(report.layers),
    measured === null ? '' : formatMeasurement(report, details, measured),
    ...report.heads.map(formatHead),
    report.warnings.length === 0 ? '' : ['Warnings', ...report.warnings.map((text) => `  ${text}`)].join('\n'),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function formatCard(report: ModelReport, details: ModelDetails): string {
  const { file, layers, totals, producer, opsets, irVersion } = report;
  const versions = Object.entries(opsets).map(
    ([domain, version]) => `${domain === '' ? 'ai.onnx' : domain} ${version}`,
  );
  const basis = describeCostBasis(report.inputs);
  const rows = [
    ['file', file.path],
    ['size', formatBytes(file.sizeBytes)],
    ['format', `ONNX, IR version ${irVersion}, ${versions.join(', ')}`],
    ['producer', producer === '' ? 'not stated' : producer],
    ['nodes', formatCount(totals.nodes)],
    ['parameters', `${formatCount(totals.parameters)} (${formatBytes(totals.weightBytes)} of weights)`],
    ['MACs', formatSum(sumMacs(report), 'cost', (macs) => `${formatCount(macs)}${basis === '' ? '' : ` ${basis}`}`)],
    [
      'activations',
      formatSum(sumActivations(report), 'shape', (bytes) => `${formatBytes(bytes)}, sum over all layers`) +
        formatPeak(layers, details),
    ],
  ];
  return formatTable(rows, ['left', 'left']);
}

function formatSum({ value, unknown }: KnownSum, what: string, format: (value: number) => string): string {
  const layers = `${unknown} ${unknown === 1 ? 'layer' : 'layers'} of unknown ${what}`;
  return value === null ? `unknown (${layers})` : `${format(value)}${unknown === 0 ? '' : ` (without ${layers})`}`;
}

function formatPeak(layers: readonly LayerReport[], { peakActivation: peak }: ModelDetails): string {
  const layer = layers.find(({ index }) => index === peak?.layer);
  if (peak === null || layer === undefined || (peak.bytes === 0 && peak.unknownValues > 0)) {
    return '';
  }
  const bound = peak.unknownValues === 0 ? 'peak' : 'peak of what is known';
  return `; ${bound} ${formatBytes(peak.bytes)} alive at one time, in ${layer.opType} ${layer.name || layer.index}`;
}

function formatValues({ inputs, outputs }: ModelReport): string {
  const rows = [
    ...inputs.map(({ name, type, shape, boundShape }) => ['input', name, type ?? '?', showBound(shape, boundShape)]),
    ...outputs.map(({ name, type, shape, boundShape }) => ['output', name, type ?? '?', showBound(shape, boundShape)]),
  ];
  return formatTable(rows, ['left', 'left', 'left', 'left']);
}

function showBound(shape: ModelReport['inputs'][number]['shape'], bound: typeof shape): string {
  const [declared, taken] = [formatShape(shape), formatShape(bound)];
  return declared === taken ? declared : `${declared}, taken as ${taken}`;
}

function formatCostByType(layers: readonly LayerReport[]): string {
  const types = new Map<string, { count: number; parameters: number; macs: number | null }>();
  for (const { opType, parameters, macs } of layers) {
    const sum = types.get(opType) ?? { count: 0, parameters: 0, macs: null };
    sum.count += 1;
    sum.parameters += parameters;
    sum.macs = macs === null ? sum.macs : (sum.macs ?? 0) + macs;
    types.set(opType, sum);
  }
  const rows = [...types]
    .sort(
      ([, one], [, other]) =>
        (other.macs ?? 0) - (one.macs ?? 0) || other.parameters - one.parameters || other.count - one.count,
    )
    .map(([type, { count, parameters, macs }]) => [
      type,
      formatCount(count),
      formatCount(parameters),
      formatCount(macs),
    ]);
  return formatTable([['layer type', 'count', 'parameters', 'MACs'], ...rows], ['left', 'right', 'right', 'right']);
}

function formatHead(head: HeadReport, position: number): string {
  const title = `${position === 0 ? 'Head' : 'Another head'}: ${head.kind}, ${head.exact ? 'maps add up to the logit' : 'no exact map'}`;
  const size = [head.channels, head.height, head.width].every((side) => side !== null)
    ? `C ${head.channels}, H ${head.height}, W ${head.width}, K ${head.classes ?? '?'}`
    : null;
  const facts = [
    ...(head.reason === null ? [] : [['why', head.reason]]),
    ...(head.featureMap === null
      ? []
      : [['feature map', `${head.featureMap}${head.layout === null ? '' : ` (${head.layout})`}`]]),
    ...(head.logits === null
      ? []
      : [['logits', `${head.logits}${head.activation === null ? '' : `, then ${head.activation}`}`]]),
    ...(size === null ? [] : [['size', size]]),
  ];
  const costs = formatHeadCosts(head);
  const indent = (text: string) => text.replace(/^/gm, '  ');
  return [
    title,
    facts.length === 0 ? '' : indent(formatTable(facts, ['left', 'left'])),
    costs === '' ? '' : indent(costs),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

function formatHeadCosts({ current, gap, fc, ratio }: HeadReport): string {
  const variants = [
    ['as it is', current],
    ['GAP + linear', gap],
    ['flatten + FC', fc],
  ] as const;
  const rows = variants.flatMap(([name, cost]) =>
    cost === null
      ? []
      : [
          [
            name,
            formatCount(cost.parameters),
            formatCount(cost.macs),
            formatBytes(cost.bytes),
            cost.vcDimension === null ? '' : formatCount(cost.vcDimension),
          ],
        ],
  );
  if (rows.length === 0) {
    return '';
  }
  const table = formatTable(
    [['', 'parameters', 'MACs', 'memory', 'VC dimension'], ...rows],
    ['left', 'right', 'right', 'right', 'right'],
  );
  return ratio === null ? table : `${table}\nFC : GAP parameters = ${ratio.toFixed(4)} : 1`;
}
