import { analyzeModel } from '../inspectModel';
import { createExternalDataError } from '../onnx/externalData';
import type { InspectArguments } from './arguments';
import { toInspectDocument } from './inspectDocument';
import { formatReport } from './inspectText';
import type { Output } from './output';

/** Prints what the file tells; exit code 1 when weights that it refers to are missing, although the structure is shown. */
export async function runInspect({ model, json, inputShapes }: InspectArguments, output: Output): Promise<0 | 1> {
  const analysis = await analyzeModel(model, { inputShapes });
  const { report, missingData } = analysis;
  output.write(json ? `${JSON.stringify(toInspectDocument(report))}\n` : formatReport(report));
  if (missingData.length === 0) {
    return 0;
  }
  output.report(`headlight: ${createExternalDataError(analysis.model, missingData).message}`);
  return 1;
}
