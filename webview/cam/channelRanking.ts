import type { ClassMap } from '../../src/protocol/explanation';
import { readActivation } from './evidence';
import type { FeatureMap } from './evidence';

export type ChannelOrder = 'magnitude' | 'positive' | 'negative';

/** One channel's part in the logit of the class shown. */
export interface ChannelRow {
  readonly channel: number;
  /** w[k,c]; for fully connected heads the mean over positions. */
  readonly weight: number;
  /** Mean of F_c over the cells. */
  readonly mean: number;
  /** In logit units; all contributions + bias = logit. */
  readonly contribution: number;
  /** |contribution| / Σ|contribution|, 0…1; 0 when nothing contributes. */
  readonly share: number;
}

/** All channels, the most important first. */
export function rankChannels(feature: FeatureMap, evidence: ClassMap, order: ChannelOrder): ChannelRow[] {
  const { contributions, weights } = evidence;
  const perChannel = weights.length / feature.channels;
  const total = contributions.reduce((sum, value) => sum + Math.abs(value), 0);
  const rows = Array.from(contributions, (contribution, channel) => ({
    channel,
    weight: computeMean(weights.subarray(channel * perChannel, (channel + 1) * perChannel)),
    mean: computeMean(readActivation(feature, channel)),
    contribution,
    share: total > 0 ? Math.abs(contribution) / total : 0,
  }));
  return rows.sort((a, b) => computeRank(b, order) - computeRank(a, order) || a.channel - b.channel);
}

function computeRank(row: ChannelRow, order: ChannelOrder): number {
  // Not-a-number contributions would make the order arbitrary: they come first, where they are seen.
  if (Number.isNaN(row.contribution)) {
    return Infinity;
  }
  return order === 'magnitude'
    ? Math.abs(row.contribution)
    : order === 'positive'
      ? row.contribution
      : -row.contribution;
}

function computeMean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) {
    sum += value;
  }
  return sum / values.length;
}
