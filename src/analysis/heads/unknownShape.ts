import { isKnownOperator } from '../../graph/shapeRules/table';
import type { HeadGraph } from './headGraph';
import { collectRegion } from './headRegion';
import { NO_REASON } from './headReason';

/** Why a head behind values of unknown shape is not described, and what helps: said of the first such value. */
export function explainUnknownShape(graph: HeadGraph, output: string, logits: string): string {
  const isUnknown = (name: string) => name !== '' && graph.shapeOf(name) === null;
  if (!graph.isData(logits)) {
    return NO_REASON.noData(output);
  }
  const { nodes } = collectRegion(graph, logits, () => false);
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const input = graph.model.graph.inputs.find(({ name }) => read.has(name) && isUnknown(name));
  if (input !== undefined) {
    return NO_REASON.unknownInput(output, input.name);
  }
  const first = nodes.find((node) => node.outputs.some(isUnknown) && !node.inputs.some(isUnknown));
  if (first === undefined) {
    return NO_REASON.unknownShape(output);
  }
  const name = first.name === '' ? first.opType : `${first.opType} ("${first.name}")`;
  return isKnownOperator(first.domain, first.opType)
    ? NO_REASON.openShape(output, name)
    : NO_REASON.unknownOperator(output, name);
}
