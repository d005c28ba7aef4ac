import type { ShapeRule } from '../valueFacts';
import { attentionRules } from './attention';
import { contributedRules } from './contributed';
import { convolutionRules } from './convolution';
import { elementwiseRules } from './elementwise';
import { generationRules } from './generation';
import { layoutRules } from './layout';
import { machineLearningRules } from './machineLearning';
import { matrixRules } from './matrix';
import { normalizationRules } from './normalization';
import { poolingRules } from './pooling';
import { quantizationRules } from './quantization';
import { recurrentRules } from './recurrent';
import { reductionRules } from './reduction';
import { selectionRules } from './selection';
import { sequenceRules } from './sequence';
import { textRules } from './text';
import { trainingRules } from './training';

/** Every operator whose output shape is known, by `operatorKey`. */
const SHAPE_RULES: ReadonlyMap<string, ShapeRule> = new Map(
  [
    attentionRules,
    contributedRules,
    convolutionRules,
    elementwiseRules,
    generationRules,
    layoutRules,
    machineLearningRules,
    matrixRules,
    normalizationRules,
    poolingRules,
    quantizationRules,
    recurrentRules,
    reductionRules,
    selectionRules,
    sequenceRules,
    textRules,
    trainingRules,
  ].flatMap((rules) => Object.entries(rules)),
);

/** `Conv` for ai.onnx, `com.microsoft:FusedConv` for other domains. */
export function operatorKey(domain: string, opType: string): string {
  return domain === '' || domain === 'ai.onnx' ? opType : `${domain}:${opType}`;
}

/** By which a call finds its function: `local:Norm`, `local:Norm:fp16` where the name has overloads. */
export function functionKey(domain: string, name: string, overload = ''): string {
  return overload === '' ? operatorKey(domain, name) : `${operatorKey(domain, name)}:${overload}`;
}

export function findShapeRule(domain: string, opType: string): ShapeRule | undefined {
  return SHAPE_RULES.get(operatorKey(domain, opType));
}

/** Whether the operator is known at all; a known one may still have outputs that only a run can tell. */
export function isKnownOperator(domain: string, opType: string): boolean {
  const key = operatorKey(domain, opType);
  return SHAPE_RULES.has(key) || ['If', 'Loop', 'Scan', 'SequenceMap'].includes(key);
}
