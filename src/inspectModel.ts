import { computeCosts } from './analysis/cost';
import { computeHeadEconomics } from './analysis/headEconomics';
import { detectHeads } from './analysis/heads/detectHeads';
import type { HeadDescription } from './analysis/heads/headDescription';
import { toHeadReport } from './analysis/heads/toHeadReport';
import { computeParameters } from './analysis/parameters';
import { buildModelDetails } from './analysis/report/modelDetails';
import { buildModelReport } from './analysis/report/modelReport';
import type { GraphIndex } from './graph/graphIndex';
import { indexGraph } from './graph/graphIndex';
import type { InferredGraph } from './graph/inferShapes';
import { inferShapes } from './graph/inferShapes';
import type { Model } from './graph/model';
import { NOTHING_KNOWN } from './graph/valueFacts';
import type { MissingExternalData } from './onnx/externalData';
import { describeMissingExternalData, findMissingExternalData } from './onnx/externalData';
import { readModel } from './onnx/readModel';
import type { ModelDetails } from './protocol/modelDetails';
import type { ModelReport } from './protocol/modelReport';
import { UserError } from './userError';

/** Input name → dimensions; binds what the file leaves free. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

export interface InspectOptions {
  readonly inputShapes?: InputShapes;
  readonly signal?: AbortSignal;
}

/** A model with all that was found out about it. */
export interface ModelAnalysis {
  readonly model: Model;
  readonly index: GraphIndex;
  readonly inferred: InferredGraph;
  /** Main head first; never empty. */
  readonly heads: readonly HeadDescription[];
  /** Files with weights that are not there: the model can be shown, but not run. */
  readonly missingData: readonly MissingExternalData[];
  readonly report: ModelReport;
  /** Worked out when first asked for: as long as everything else takes after reading. */
  readonly details: () => ModelDetails;
}

/** From a file to everything there is to show about it. Throws UserError when the file is not a usable model. */
export async function inspectModel(path: string, options: InspectOptions = {}): Promise<ModelReport> {
  return (await analyzeModel(path, options)).report;
}

/** The same with the model's structure, for what comes after: running it, extending it. */
export async function analyzeModel(path: string, options: InspectOptions = {}): Promise<ModelAnalysis> {
  const model = await readModel(path, { signal: options.signal });
  const missingData = await findMissingExternalData(model);
  return analyze(model, missingData, inferShapes(model, options.inputShapes), { signal: options.signal });
}

/** An analysis with free dimensions bound anew; reads no file. */
export async function bindAnalysis(
  { model, missingData }: ModelAnalysis,
  inputShapes: InputShapes,
): Promise<ModelAnalysis> {
  return analyze(model, missingData, inferShapes(model, inputShapes));
}

/** Shapes as they were in a run, by value; only what inference leaves open is taken from them. */
export type MeasuredShapes = ReadonlyMap<string, readonly number[]>;

/** An analysis with shapes that only a run could tell; reads no file. */
export async function completeAnalysis(
  { model, missingData, inferred }: ModelAnalysis,
  shapes: MeasuredShapes,
): Promise<ModelAnalysis> {
  const facts = new Map(inferred.facts);
  for (const [name, shape] of shapes) {
    facts.set(name, { ...(facts.get(name) ?? NOTHING_KNOWN), shape });
  }
  return analyze(model, missingData, { ...inferred, facts }, { measured: shapes });
}

interface AnalyzeOptions {
  readonly measured?: MeasuredShapes;
  readonly signal?: AbortSignal | undefined;
}

/** Between its parts, each of which takes tens of milliseconds for a large graph, the editor gets its turn. */
async function analyze(
  model: Model,
  missingData: readonly MissingExternalData[],
  inferred: InferredGraph,
  { measured = new Map(), signal }: AnalyzeOptions = {},
): Promise<ModelAnalysis> {
  await takeTurn(signal);
  const index = indexGraph(model.graph);
  const parameters = computeParameters(model, inferred, index);
  await takeTurn(signal);
  const costs = computeCosts(index, inferred, parameters);
  const heads = detectHeads(model, index, inferred);
  await takeTurn(signal);
  const report = buildModelReport({
    model,
    index,
    inferred,
    parameters,
    costs,
    heads: heads.map((head) => toHeadReport(head, computeHeadEconomics(head))),
    measuredValues: new Set(measured.keys()),
    warnings: missingData.map(describeMissingExternalData),
  });
  let known: ModelDetails | null = null;
  const details = (): ModelDetails =>
    (known ??= buildModelDetails({ model, index, inferred, parameters, costs, heads }));
  return { model, index, inferred, heads, missingData, report, details };
}

async function takeTurn(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal?.aborted === true) {
    throw new UserError('cancelled', 'Reading the model was cancelled.');
  }
}
