import { describe, it } from 'vitest';
import { activationCases } from './cases/activations';
import { arithmeticCases } from './cases/arithmetic';
import { convolutionCases } from './cases/convolution';
import { layoutCases } from './cases/layout';
import { matrixCases } from './cases/matrix';
import { normalizationCases } from './cases/normalization';
import { poolingCases } from './cases/pooling';
import { reductionCases } from './cases/reduction';
import { resizeCases } from './cases/resize';
import { selectionCases } from './cases/selection';
import { checkDerivative } from './checkDerivative';
import type { CaseTable } from './cases/caseTable';
import { Random } from './random';

const tables: Readonly<Record<string, CaseTable>> = {
  activations: activationCases,
  arithmetic: arithmeticCases,
  convolution: convolutionCases,
  layout: layoutCases,
  matrix: matrixCases,
  normalization: normalizationCases,
  pooling: poolingCases,
  reduction: reductionCases,
  resize: resizeCases,
  selection: selectionCases,
};

const SEEDS = [1, 2, 3];

describe.each(Object.entries(tables))('the derivative of %s equals central differences', (_, table) => {
  it.each(Object.entries(table))('%s', async (_name, create) => {
    for (const seed of SEEDS) {
      await checkDerivative(create(new Random(seed)), seed);
    }
  });
});
