import type { LayerMeasurement, MachineSpeed } from '../../src/protocol/measurement';
import type { HeadReport, LayerReport, ModelReport } from '../../src/protocol/modelReport';
import type { DetailsByLayer } from '../detailsByLayer';
import { findHeadLayers } from './cost';
import { toOwnVariant } from './headText';

/** One layer: how much it computes per byte, and how much it computes, or how fast when that was measured. */
export interface RooflinePoint {
  readonly layer: LayerReport;
  /** FLOP per byte moved. */
  readonly intensity: number;
  /** FLOP of one inference. */
  readonly flops: number;
  /** Measured; null before. */
  readonly time: { readonly ms: number; readonly share: number; readonly flopsPerSecond: number } | null;
  readonly isHead: boolean;
}

/** A head as it is or would be. */
export interface RooflineVariant {
  readonly name: 'GAP' | 'FC';
  readonly isOwn: boolean;
  readonly intensity: number;
  readonly flops: number;
}

export interface Roofline {
  readonly points: readonly RooflinePoint[];
  readonly variants: readonly RooflineVariant[];
  /** Measured; null before. */
  readonly machine: MachineSpeed | null;
  /** Layers that are not drawn: without multiply-accumulates, of unknown cost, or without a time of their own. */
  readonly left: number;
}

/** More circles than this slow the page down; the largest are drawn. */
const MOST_POINTS = 2000;

export function toRoofline(
  report: ModelReport,
  details: DetailsByLayer | null,
  measurement: LayerMeasurement | null,
): Roofline {
  const { layers, heads } = report;
  const head = findHeadLayers(report);
  const times = new Map(measurement?.layers.map((time) => [time.index, time]));
  const points = layers.flatMap((layer): RooflinePoint[] => {
    const { macs, index } = layer;
    const intensity = details?.layers.get(index)?.arithmeticIntensity;
    const time = times.get(index);
    const isTimed = time !== undefined && time.ms > 0;
    if (!intensity || !macs || (measurement !== null && !isTimed)) {
      return [];
    }
    const flops = 2 * macs;
    const measured = isTimed ? { ms: time.ms, share: time.share, flopsPerSecond: (flops / time.ms) * 1000 } : null;
    return [{ layer, intensity, flops, time: measured, isHead: head.has(index) }];
  });
  const weight = ({ time, flops }: RooflinePoint) => time?.ms ?? flops;
  const drawn = points.sort((one, other) => weight(other) - weight(one)).slice(0, MOST_POINTS);
  return {
    points: drawn,
    variants: toVariants(heads[0]),
    machine: measurement?.machine ?? null,
    left: layers.length - drawn.length,
  };
}

function toVariants(head: HeadReport | undefined): RooflineVariant[] {
  const own = head === undefined ? null : toOwnVariant(head.kind);
  const variants = [
    { name: 'GAP', isOwn: own === 'gap', cost: head?.gap ?? null },
    { name: 'FC', isOwn: own === 'fc', cost: head?.fc ?? null },
  ] as const;
  return variants.flatMap(({ name, isOwn, cost }) =>
    cost === null || cost.arithmeticIntensity <= 0
      ? []
      : [{ name, isOwn, intensity: cost.arithmeticIntensity, flops: cost.flops }],
  );
}

/** FLOP per second that the machine can reach at an intensity: bandwidth-bound up to the ridge, then its peak. */
export function computeRoof({ flopsPerSecond, bytesPerSecond }: MachineSpeed, intensity: number): number {
  return Math.min(flopsPerSecond, bytesPerSecond * intensity);
}
