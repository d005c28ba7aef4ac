import type { LayerMeasurement } from '../protocol/measurement';
import type { ModelDetails } from '../protocol/modelDetails';
import type { LayerReport, ModelReport } from '../protocol/modelReport';
import { formatCount, formatShape } from './quantity';
import { formatTable } from './table';

/** Layers listed, slowest first; the JSON document has all of them. */
const LISTED = 20;

/** What was measured: the whole, the machine, and the slowest layers. */
export function formatMeasurement({ layers }: ModelReport, details: ModelDetails, measured: LayerMeasurement): string {
  const { totalMs, layersMs, otherMs, optimizedMs, runs, threads, optimization, machine } = measured;
  const thread = threads === 1 ? '1 thread' : `${threads} threads`;
  const facts = [
    ['whole model', `${formatMs(optimizedMs)} fully optimised, median of runs on random input, ${thread}`],
    ['while timed', `${formatMs(totalMs)} at level ${optimization}, median of ${runs} runs`],
    ['layers', `${formatMs(layersMs)} together${otherMs > 0 ? `, conversions between them ${formatMs(otherMs)}` : ''}`],
    [
      'this machine',
      `${(machine.flopsPerSecond / 1e9).toFixed(1)} GFLOP/s (float32 matrix product), ` +
        `${(machine.bytesPerSecond / 1e9).toFixed(1)} GB/s (pass over 128 MB)`,
    ],
  ];
  const byIndex = new Map(layers.map((layer) => [layer.index, layer]));
  const intensities = new Map(details.layers.map(({ index, arithmeticIntensity }) => [index, arithmeticIntensity]));
  const slowest = [...measured.layers].sort((one, other) => other.ms - one.ms).slice(0, LISTED);
  const rows = slowest.flatMap(({ index, ms, share, includes }) => {
    const layer = byIndex.get(index);
    const others = includes.map((other) => byIndex.get(other)?.opType ?? '').join(', ');
    return layer === undefined ? [] : [formatRow(layer, intensities.get(index) ?? null, ms, share, others)];
  });
  const more = measured.layers.length - rows.length;
  return [
    'Measured on this machine',
    formatTable(facts, ['left', 'left']).replace(/^/gm, '  '),
    '',
    formatTable(
      [['slowest layers', '', 'ms', 'share', 'GFLOP/s', 'FLOP/B', 'output', 'includes'], ...rows],
      ['left', 'left', 'right', 'right', 'right', 'right', 'left', 'left'],
    ),
    ...(more > 0 ? [`and ${formatCount(more)} more (--json lists all)`] : []),
  ].join('\n');
}

function formatRow(layer: LayerReport, intensity: number | null, ms: number, share: number, others: string): string[] {
  const { macs } = layer;
  const speed = macs === null || macs === 0 || ms === 0 ? '' : ((2 * macs) / ms / 1e6).toFixed(1);
  return [
    layer.opType,
    layer.name || String(layer.index),
    ms.toFixed(3),
    `${(100 * share).toFixed(1)} %`,
    speed,
    intensity === null || intensity === 0 ? '' : intensity.toFixed(1),
    layer.outputs.map(({ shape }) => formatShape(shape)).join(', '),
    others,
  ];
}

/** 5.91 ms; three digits that count. */
function formatMs(ms: number): string {
  return `${ms.toPrecision(3)} ms`;
}
