import type { GraphIndex } from '../../graph/graphIndex';
import type { InferredGraph } from '../../graph/inferShapes';
import type { Model } from '../../graph/model';
import { describeHead } from './describeHead';
import type { HeadDescription } from './headDescription';
import type { HeadGraph } from './headGraph';
import { createHeadGraph } from './headGraph';
import { NO_REASON } from './headReason';
import { describeNothing } from './noHead';
import type { LogitsSearch } from './logitsSearch';
import { findLogits } from './logitsSearch';

/**
 * Every head of a model, the main one first; never empty (kind `none` says why there is none).
 * Rules over the graph, no list of known models: logits are found behind each output, the feature map behind the logits.
 */
export function detectHeads(model: Model, index: GraphIndex, inferred: InferredGraph): readonly HeadDescription[] {
  const graph = createHeadGraph(model, index, inferred);
  const heads = mergeOutputs(model.graph.outputs.map((output) => findLogits(graph, output.name))).map((found) =>
    describeHead(graph, found),
  );
  return heads.length === 0
    ? [describeNothing(graph, null, NO_REASON.noOutput())]
    : heads.sort((a, b) => rank(graph, b) - rank(graph, a));
}

/** Probabilities and logits of the same head may both be outputs: keep the one that knows the activation. */
function mergeOutputs(found: readonly LogitsSearch[]): readonly LogitsSearch[] {
  const byLogits = new Map<string, LogitsSearch>();
  for (const search of found) {
    const known = byLogits.get(search.logits);
    if (known === undefined || (known.activation === null && search.activation !== null)) {
      byLogits.set(search.logits, search);
    }
  }
  return [...byLogits.values()];
}

/** Heads that classify come before those that were only guessed, in the order of the outputs. */
function rank(graph: HeadGraph, head: HeadDescription): number {
  if (head.kind === 'none') {
    return head.logits !== null && graph.isData(head.logits) ? 1 : 0;
  }
  return head.kind === 'other' ? 2 : 3;
}
