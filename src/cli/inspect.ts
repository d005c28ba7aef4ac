import { inspectModel } from '../inspectModel';
import type { InspectArguments } from './arguments';
import { toInspectDocument } from './inspectDocument';
import { formatReport } from './inspectText';
import type { Output } from './output';

export async function runInspect({ model, json, inputShapes }: InspectArguments, output: Output): Promise<0> {
  const report = await inspectModel(model, { inputShapes });
  output.write(json ? `${JSON.stringify(toInspectDocument(report))}\n` : formatReport(report));
  return 0;
}
