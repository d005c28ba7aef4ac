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
 * The ledger in brief: the `count` largest contributions for the class, all others summed, the `count` largest against
 * it, the bias, the logit. The rows before `logit` add up to the map's aggregate plus bias, whatever the logit is.
 */
export function summarizeLedger(evidence: ClassMap, count: number): LedgerRow[] {
  const { contributions, certificate } = evidence;
  const ranked = Array.from(contributions.keys()).sort((a, b) => contributions[b] - contributions[a]);
  const largest = ranked.slice(0, count).filter((channel) => contributions[channel] > 0);
  const smallest = ranked.slice(-count).filter((channel) => contributions[channel] < 0 && !largest.includes(channel));
  const named = new Set([...largest, ...smallest]);
  const rest = ranked.filter((channel) => !named.has(channel));
  const steps: Omit<LedgerRow, 'from' | 'to'>[] = [
    ...largest.map((channel) => toStep(channel, contributions[channel])),
    ...(rest.length > 0 ? [toRest(rest, contributions)] : []),
    ...smallest.map((channel) => toStep(channel, contributions[channel])),
    { kind: 'bias', channel: null, label: 'Bias', value: certificate.bias },
  ];
  let total = 0;
  const rows = steps.map((step) => ({ ...step, from: total, to: (total += step.value) }));
  return [
    ...rows,
    { kind: 'logit', channel: null, label: 'Logit', value: certificate.logit, from: 0, to: certificate.logit },
  ];
}

function toStep(channel: number, value: number): Omit<LedgerRow, 'from' | 'to'> {
  return { kind: 'channel', channel, label: `Channel ${channel}`, value };
}

function toRest(rest: readonly number[], contributions: Float32Array): Omit<LedgerRow, 'from' | 'to'> {
  const value = rest.reduce((sum, channel) => sum + contributions[channel], 0);
  return { kind: 'rest', channel: null, label: `${rest.length} other channel${rest.length === 1 ? '' : 's'}`, value };
}
