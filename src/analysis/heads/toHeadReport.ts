import type { HeadReport } from '../../protocol/modelReport';
import type { HeadEconomics } from '../headEconomics';
import type { HeadDescription } from './headDescription';

/** The part of a head's description that is shown and printed. */
export function toHeadReport(head: HeadDescription, economics: HeadEconomics): HeadReport {
  const { featureMap } = head;
  return {
    kind: head.kind,
    exact: head.exact,
    reason: head.reason,
    classes: head.classes,
    channels: featureMap?.channels ?? null,
    height: featureMap?.height ?? null,
    width: featureMap?.width ?? null,
    featureMap: featureMap?.tensor ?? null,
    layout: featureMap?.layout ?? null,
    logits: head.logits,
    activation: head.activation,
    parameters: head.parameters,
    nodes: head.nodes,
    current: economics.current,
    gap: economics.gap,
    fc: economics.fc,
    ratio: economics.ratio,
  };
}
