import { operatorKey } from '../../graph/shapeRules/table';
import type { GradientRule } from '../gradientRule';
import { activationRules } from './activations';
import { arithmeticRules } from './arithmetic';
import { convolutionRules } from './convolution';
import { layoutRules } from './layout';
import { matrixRules } from './matrix';
import { normalizationRules } from './normalization';
import { poolingRules } from './pooling';
import { quantizationRules } from './quantization';
import { reductionRules } from './reduction';
import { resizeRules } from './resize';
import { selectionRules } from './selection';
import { softmaxRules } from './softmax';

/** Every operator that can be differentiated, by `operatorKey`. */
const GRADIENT_RULES: ReadonlyMap<string, GradientRule> = new Map(
  [
    activationRules,
    arithmeticRules,
    convolutionRules,
    layoutRules,
    matrixRules,
    normalizationRules,
    poolingRules,
    quantizationRules,
    reductionRules,
    resizeRules,
    selectionRules,
    softmaxRules,
  ].flatMap((rules) => Object.entries(rules)),
);

export function findGradientRule(domain: string, opType: string): GradientRule | undefined {
  return GRADIENT_RULES.get(operatorKey(domain, opType));
}
