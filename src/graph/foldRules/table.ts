import { arithmeticFolds } from './arithmetic';
import type { FoldRule } from './foldRule';
import { generationFolds } from './generation';
import { layoutFolds } from './layout';
import { reductionFolds } from './reduction';

const FOLD_RULES: ReadonlyMap<string, FoldRule> = new Map(
  [arithmeticFolds, generationFolds, layoutFolds, reductionFolds].flatMap((rules) => Object.entries(rules)),
);

/** Operators of ai.onnx that are computed on small known tensors, so that exporters' shape arithmetic resolves. */
export function findFoldRule(domain: string, opType: string): FoldRule | undefined {
  return domain === '' || domain === 'ai.onnx' ? FOLD_RULES.get(opType) : undefined;
}
