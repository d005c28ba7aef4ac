import { resolve } from 'node:path';
import { findMethod } from '../cam/methods';
import type { ExportedSettings, ExportReport } from '../explainedModel';
import { exportExplainedModel } from '../explainedModel';
import { prepareInput } from '../explain/prepareInput';
import { readLabels, readPreprocessing } from '../image/modelSettings';
import { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import { analyzeModel } from '../inspectModel';
import type { EmittedValue } from '../onnx/graphExtension';
import { UserError } from '../userError';
import type { ExplainArguments } from './explainArguments';
import type { Output } from './output';
import { formatBytes, formatShape } from './quantity';
import { readSettings } from './settingsFile';
import { formatTable } from './table';

/** What `headlight explain --json` prints, schema 1. Other tools rely on it: add fields, never change them. */
export type ExplainDocument = { readonly schema: 1 } & ExportReport;

/** Saves the model with its maps as further outputs, and compares it with the original. */
export async function runExplain(options: ExplainArguments, output: Output, inferencePath: string): Promise<0 | 1> {
  const method = findMethod(options.method);
  const analysis = await analyzeModel(options.model);
  const settings = await readExportedSettings(analysis, options);
  const client = new InferenceClient(inferencePath);
  try {
    const { image, layer, classes, weights, out } = options;
    const preprocessing = settings?.preprocessing ?? null;
    const input =
      image === null
        ? null
        : { name: image, tensor: (await prepareInput(client, resolve(image), preprocessing, undefined)).tensor };
    const choice = { method, layer, classes, weights, file: resolve(out), settings, input };
    const report = await exportExplainedModel(analysis, client, choice);
    if (settings?.preprocessingSource === 'default') {
      output.report(`headlight: ${settings.preprocessingNote}`);
    }
    if (!report.verification.holds) {
      output.report(`headlight: ${out} was saved, but does not give what ${options.model} gives: do not rely on it.`);
    }
    const document: ExplainDocument = { schema: 1, ...report };
    output.write(options.json ? `${JSON.stringify(document)}\n` : formatReport(report));
    return report.verification.holds ? 0 : 1;
  } finally {
    client.dispose();
  }
}

/** Null when no input takes an image, unless somebody said how images are read. */
async function readExportedSettings(
  { model, inferred, heads }: ModelAnalysis,
  { preprocess, labels }: ExplainArguments,
): Promise<ExportedSettings | null> {
  const subject = { model, boundInputs: inferred.boundInputs, classes: heads[0].classes };
  const chosen = preprocess === null ? null : await readSettings(preprocess);
  const sources = { chosen, chosenLabels: labels === null ? null : resolve(labels) };
  try {
    const { preprocessing, source, note } = await readPreprocessing(subject, sources);
    const found = await readLabels(subject, sources);
    return {
      preprocessing,
      preprocessingSource: source,
      preprocessingNote: note,
      labels: found?.labels ?? null,
    };
  } catch (error) {
    if (chosen === null && error instanceof UserError && error.code === 'badPreprocessing') {
      return null;
    }
    throw error;
  }
}

function formatReport(report: ExportReport): string {
  const { verification, sizeBytes } = report;
  const { outputs, maps, residual, elapsedMs, input } = verification;
  const ratio = elapsedMs.exported / elapsedMs.original;
  const facts = [
    ['method', `${report.method} at ${report.layer}, in units of the ${report.unit}`],
    ...report.inputs.map((value) => ['takes', formatValue(value)]),
    ...report.outputs.map((value) => ['gives', formatValue(value)]),
    ['size', `${formatBytes(sizeBytes.exported)}, the original ${formatBytes(sizeBytes.original)}`],
    ['compared on', input === 'random' ? 'random input (--image compares on a picture)' : input],
    ['outputs', formatDifference(outputs)],
    [`maps of ${maps.classes.length === 1 ? '1 class' : `${maps.classes.length} classes`}`, formatDifference(maps)],
    ...(residual === null
      ? []
      : [['adds up', `|aggregate of map + bias − logit| ≤ ${residual.toExponential(1)} · max(1, |logit|)`]]),
    [
      'time',
      `${elapsedMs.exported.toPrecision(3)} ms, the original ${elapsedMs.original.toPrecision(3)} ms: ` +
        `${ratio.toFixed(2)} × (measured in turn, medians)`,
    ],
  ];
  return `Saved ${report.file}\n${formatTable(facts, ['left', 'left']).replace(/^/gm, '  ')}\n`;
}

function formatValue({ name, elementType, shape }: EmittedValue): string {
  return `${name}  ${elementType} ${formatShape(shape)}`;
}

function formatDifference({ maximum, largest }: { readonly maximum: number; readonly largest: number }): string {
  return maximum === 0 ? 'equal' : `differ by ${maximum.toExponential(1)} at most, of ${largest.toPrecision(3)}`;
}
