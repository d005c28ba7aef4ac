import type { ClassMap } from '../../src/protocol/explanation';

/** One line of the sum that makes the logit; `from` and `to` are the running total before and after, for the picture. */
export interface LedgerRow {
  readonly kind: 'channel' | 'rest' | 'bias' | 'logit';
  /** The channel, or null. */
  readonly channel: number | null;
  readonly label: string;
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The ledger in brief: the `count` largest contributions for the class and all others for it summed, the same against it,
 * the bias, the logit. The rows before `logit` add up to the map's aggregate plus bias, whatever the logit is.
 */
export function summarizeLedger(evidence: ClassMap, count: number): LedgerRow[] {
  const { contributions, certificate } = evidence;
  const channels = Array.from(contributions.keys());
  const positive = channels.filter((channel) => contributions[channel] > 0);
  // Zero and not-a-number contributions belong somewhere, or the sum would hide them.
  const others = channels.filter((channel) => !(contributions[channel] > 0));
  positive.sort((a, b) => contributions[b] - contributions[a]);
  others.sort((a, b) => contributions[a] - contributions[b]);
  const steps = [
    ...summarizeSide(positive, contributions, count, 'for'),
    ...summarizeSide(others, contributions, count, 'against'),
    { kind: 'bias', channel: null, label: 'Bias', value: certificate.bias } as const,
  ];
  let total = 0;
  const rows = steps.map((step) => ({ ...step, from: total, to: (total += step.value) }));
  return [
    ...rows,
    { kind: 'logit', channel: null, label: 'Logit', value: certificate.logit, from: 0, to: certificate.logit },
  ];
}

type Step = Omit<LedgerRow, 'from' | 'to'>;

function summarizeSide(ranked: readonly number[], contributions: Float32Array, count: number, side: string): Step[] {
  const named = ranked.slice(0, count).filter((channel) => contributions[channel] !== 0);
  const rest = ranked.slice(named.length);
  const steps = named.map((channel): Step => {
    return { kind: 'channel', channel, label: `Channel ${channel}`, value: contributions[channel] };
  });
  if (rest.length > 0) {
    const value = rest.reduce((sum, channel) => sum + contributions[channel], 0);
    const label = `${rest.length} other${rest.length === 1 ? '' : 's'} ${side}`;
    steps.push({ kind: 'rest', channel: null, label, value });
  }
  return steps;
}
