import { basename } from 'node:path';
import type { Comparison } from './compare/compareAnalyses';
import { compareAnalyses } from './compare/compareAnalyses';
import type { CompareWeightsOptions } from './compare/compareWeights';
import { compareWeights } from './compare/compareWeights';
import { computeWeightDifference } from './compare/weightDifference';
import type { Model } from './graph/model';
import type { ModelAnalysis } from './inspectModel';
import { analyzeModel } from './inspectModel';
import type { WeightDifference, WeightVerdict } from './protocol/comparison';
import { UserError } from './userError';

/** Two models side by side, with what is needed to look into their weights. */
export interface ModelComparison extends Comparison {
  readonly models: { readonly a: Model; readonly b: Model };
}

/**
 * From two files to what they have in common and where they differ. Reads structures only; `compareStoredWeights` says
 * which weights are equal. Throws UserError with a message that names the file at fault.
 */
export async function compareModels(
  paths: { readonly a: string; readonly b: string },
  options: { readonly signal?: AbortSignal } = {},
): Promise<ModelComparison> {
  const a = await analyzeNamed(paths.a, options);
  const b = await analyzeNamed(paths.b, options);
  return { ...compareAnalyses(a, b), models: { a: a.model, b: b.model } };
}

/** A verdict for every pair of `report.weights`, by streaming hashes. */
export function compareStoredWeights(
  { models, tensors, report }: ModelComparison,
  options: CompareWeightsOptions = {},
): Promise<WeightVerdict[]> {
  return compareWeights(
    models,
    tensors,
    report.weights.map(({ verdict }) => verdict),
    options,
  );
}

/** How far one pair of `report.weights` is apart. */
export async function measureWeightDifference(
  { models, tensors, report }: ModelComparison,
  weight: number,
  signal?: AbortSignal,
): Promise<WeightDifference> {
  if (!report.weights[weight]?.comparable) {
    throw new UserError(
      'unsupportedTensor',
      'These two tensors do not hold as many real numbers each, so their difference is not defined.',
    );
  }
  return computeWeightDifference(models, tensors[weight], signal);
}

async function analyzeNamed(path: string, options: { readonly signal?: AbortSignal }): Promise<ModelAnalysis> {
  try {
    return await analyzeModel(path, options);
  } catch (error) {
    if (error instanceof UserError && error.code !== 'cancelled' && !error.message.includes(basename(path))) {
      throw new UserError(error.code, `${basename(path)}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
