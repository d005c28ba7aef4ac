import type { FeatureMap, HeadDescription } from '../analysis/heads/headDescription';
import type { HeadExtension } from '../cam/headExtension';
import type { RunOutput, RunOutputs } from '../cam/readEvidence';
import type { LinearHead, LinearHeadKind } from './linearHead';

/** A head that weighs the map the same for every image: no rectifier, maximum or larger kernel on the way. */
export function isLinearHead(head: HeadDescription): boolean {
  const { steps, readings, classMaps, exact, featureMap } = head;
  const bends = [...steps, ...(classMaps?.steps ?? [])].some(({ kind }) => kind === 'rectifier' || kind === 'opaque');
  const isPoint = classMaps === null || classMaps.kernel.every((size) => size === 1);
  return exact && featureMap !== null && !bends && isPoint && readings.every(({ mode }) => mode !== 'max');
}

/** The kind that `readLinearHead` will find; null for a head that is not linear in its map. */
export function findLinearKind(head: HeadDescription): LinearHeadKind | null {
  if (!isLinearHead(head)) {
    return null;
  }
  return head.classMaps === null && head.readings.some(({ mode }) => mode === 'identity') ? 'fc' : 'gap';
}

/**
 * The classifier of a linear head, all its affine steps folded, from a run of its extension for all classes (on any
 * image: it depends on none).
 */
export function readLinearHead(extension: HeadExtension, outputs: RunOutputs): LinearHead {
  const { classes, isPerPosition, aggregate, featureMap } = extension;
  const names = extension.outputs;
  const rows = take(outputs, names.weights);
  // The bias of a linear layer before the pool is in the maps; the ledger has it apart.
  const bias = take(outputs, names.ledgerBias ?? names.bias);
  const factor = chooseFactor(isPerPosition, aggregate, featureMap);
  return {
    kind: isPerPosition ? 'fc' : 'gap',
    weights: factor === 1 ? rows : rows.map((weight) => factor * weight),
    bias: Float32Array.from({ length: classes }, (_, index) => bias[bias.length === 1 ? 0 : index]),
  };
}

/** Pooled rows are meant for means, rows per position for sums. */
function chooseFactor(isPerPosition: boolean, aggregate: HeadExtension['aggregate'], map: FeatureMap): number {
  const cells = map.height * map.width;
  if (isPerPosition) {
    return aggregate === 'sum' ? 1 : 1 / cells;
  }
  return aggregate === 'mean' ? 1 : cells;
}

function take(outputs: RunOutputs, name: string | null): Float32Array {
  const output: RunOutput | undefined = outputs[name ?? ''];
  if (!(output?.data instanceof Float32Array)) {
    throw new Error(`The run returned no classifier under "${name ?? ''}".`);
  }
  return output.data;
}
