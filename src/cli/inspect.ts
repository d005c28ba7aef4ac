import { readModelNotes } from '../analysis/report/modelNotes';
import { InferenceClient } from '../inference/inferenceClient';
import { analyzeModel, type ModelAnalysis } from '../inspectModel';
import { measureLayers } from '../measure/measureLayers';
import { hasUnknownShapes, measureShapes } from '../measure/measureShapes';
import { createExternalDataError } from '../onnx/externalData';
import type { LayerMeasurement } from '../protocol/measurement';
import type { InspectArguments } from './arguments';
import { toInspectDocument } from './inspectDocument';
import { formatReport } from './inspectText';
import type { Output } from './output';

/** Prints what the file tells; exit code 1 when weights that it refers to are missing, although the structure is shown. */
export async function runInspect(options: InspectArguments, output: Output, inferencePath: string): Promise<0 | 1> {
  const read = await analyzeModel(options.model, { inputShapes: options.inputShapes });
  const isComplete = read.missingData.length === 0;
  const { analysis, measured } =
    options.measure && isComplete ? await measure(read, inferencePath) : { analysis: read, measured: null };
  const { report } = analysis;
  const details = analysis.details();
  output.write(
    options.json
      ? `${JSON.stringify(toInspectDocument(report, details, await readModelNotes(read.model), measured))}\n`
      : formatReport(report, details, measured),
  );
  if (isComplete) {
    return 0;
  }
  output.report(`headlight: ${createExternalDataError(read.model, read.missingData).message}`);
  return 1;
}

async function measure(
  read: ModelAnalysis,
  inferencePath: string,
): Promise<{ analysis: ModelAnalysis; measured: LayerMeasurement }> {
  const client = new InferenceClient(inferencePath);
  try {
    const { analysis } = hasUnknownShapes(read) ? await measureShapes(read, client) : { analysis: read };
    return { analysis, measured: await measureLayers(analysis, client) };
  } finally {
    client.dispose();
  }
}
