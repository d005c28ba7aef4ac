import type { InferenceClient } from '../inference/inferenceClient';
import type { ModelSource } from '../inference/messages';
import type { ModelAnalysis } from '../inspectModel';
import { emitThinModel, type ThinModelOptions } from '../onnx/emitModel';
import { createExternalDataError, listExternalFiles } from '../onnx/externalData';
import type { GraphExtension } from '../onnx/graphExtension';
import type { LayerMeasurement } from '../protocol/measurement';
import { attributeKernels, nameLayer } from './attributeKernels';
import { measureMachine } from './measureMachine';
import { createRandomFeeds } from './randomFeeds';
import { recordRuns } from './recordRuns';
import { computeMedian, repeatRuns } from './repeatRuns';

export interface MeasureOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how far the work is, 0…1. */
  readonly report?: ((fraction: number) => void) | undefined;
}

/**
 * Time of each layer, of the whole model, and what the machine reaches at best: medians of several runs on random input
 * at the bound shapes, after a warm-up. Throws UserError: those of running a model, `badInputTensor` when an input
 * cannot be filled, `externalDataMissing`.
 */
export async function measureLayers(
  analysis: ModelAnalysis,
  client: InferenceClient,
  { signal, report = () => undefined }: MeasureOptions = {},
): Promise<LayerMeasurement> {
  const options = { feeds: createRandomFeeds(analysis), fetches: [findSmallestOutput(analysis)], signal };
  const optimized = await client.loadModel(await createThinSource(analysis), { signal });
  const optimizedMs = await repeatRuns(client, optimized, options, (done) => report(done * 0.3)).finally(() =>
    client.releaseModel(optimized),
  );
  const named = await createThinSource(analysis, undefined, { nameNode: nameLayer });
  const source = { ...named, optimization: 'basic' } as const;
  const runs = await recordRuns(client, source, options, (done) => report(0.3 + done * 0.4));
  const machine = await measureMachine(client, analysis.model.path, signal, (done) => report(0.7 + done * 0.3));
  return {
    provenance: 'measured',
    optimization: 'basic',
    threads: client.threads,
    runs: runs.length,
    totalMs: computeMedian(runs.map(({ durationMs }) => durationMs)),
    optimizedMs: computeMedian(optimizedMs),
    ...attributeKernels(analysis, runs),
    machine,
  };
}

/** The user's model, perhaps with additions, without a copy of its weights. */
export async function createThinSource(
  { model, missingData }: ModelAnalysis,
  extension?: GraphExtension,
  options?: ThinModelOptions,
): Promise<ModelSource> {
  if (missingData.length > 0) {
    throw createExternalDataError(model, missingData);
  }
  const { path, sizeBytes, modifiedMs } = model;
  const bytes = await emitThinModel(model, extension, options);
  return { path, bytes, stamp: { sizeBytes, modifiedMs }, externalFiles: listExternalFiles(model) };
}

/** The one that costs least to hand over; every node runs whatever is asked for. */
function findSmallestOutput({ model, inferred }: ModelAnalysis): string {
  const sizeOf = (name: string) =>
    inferred.facts
      .get(name)
      ?.shape?.reduce<number>((product, size) => product * (typeof size === 'number' ? size : Infinity), 1) ?? Infinity;
  const names = model.graph.outputs.map(({ name }) => name);
  return names.reduce((best, name) => (sizeOf(name) < sizeOf(best) ? name : best));
}
