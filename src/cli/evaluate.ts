import { extname, resolve } from 'node:path';
import { findMethod } from '../cam/methods';
import { listJudged } from '../evaluate/listJudged';
import { chooseMetrics } from '../evaluate/metrics';
import { openGroundTruth } from '../evaluate/truth/groundTruth';
import { readListedClasses } from '../evaluate/truth/trueClasses';
import type { EvaluateOptions } from '../evaluateMaps';
import { evaluateMaps } from '../evaluateMaps';
import { createExplainer } from '../explain/explainer';
import { findClass } from '../image/findClass';
import { isInputTensor } from '../image/inputTensor';
import { readLabels, readPreprocessing } from '../image/modelSettings';
import { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import { analyzeModel } from '../inspectModel';
import { checkWritable } from '../onnx/savePlace';
import { saveFile } from '../onnx/saveUnfinished';
import type { EvaluationReport } from '../protocol/evaluation';
import { toEvaluationCsv } from '../protocol/evaluationCsv';
import { UserError } from '../userError';
import type { EvaluateArguments } from './evaluateArguments';
import { formatEvaluation } from './evaluateText';
import type { Output } from './output';
import { createProgress } from './progress';
import { readSettings } from './settingsFile';

/** Judges the maps of a folder of images. Exit code 1 when some could not be judged. */
export async function runEvaluate(options: EvaluateArguments, output: Output, inferencePath: string): Promise<0 | 1> {
  await checkOut(options.out);
  const analysis = await analyzeModel(options.model);
  const client = new InferenceClient(inferencePath);
  const progress = createProgress(output);
  try {
    const prepared = await prepare(options, analysis);
    const report = await evaluateMaps(createExplainer(analysis, client), {
      ...prepared,
      onProgress: (done, total) => progress(`headlight: ${done} of ${total}`),
    });
    report.errors.forEach(({ image, message }) => output.report(`headlight: ${image}: ${message}`));
    const document = `${JSON.stringify(report)}\n`;
    await save(options.out, report, document);
    output.write(options.json ? document : formatEvaluation(report));
    return report.errors.length === 0 ? 0 : 1;
  } finally {
    client.dispose();
  }
}

async function prepare(options: EvaluateArguments, analysis: ModelAnalysis): Promise<EvaluateOptions> {
  const { model, inferred, heads } = analysis;
  const classes = heads[0].classes ?? 0;
  const subject = { model, boundInputs: inferred.boundInputs, classes: heads[0].classes };
  const chosen = options.preprocess === null ? null : await readSettings(options.preprocess);
  const sources = { chosen, chosenLabels: options.labels === null ? null : resolve(options.labels) };
  const labels = await readLabels(subject, sources);
  const images = await listJudged(options.images);
  const needsPreprocessing = !images.every(({ path }) => isInputTensor(path));
  const { classes: rule } = options;
  return {
    images,
    methods: options.methods.map(findMethod),
    layer: options.layer,
    metrics: chooseMetrics(options.metrics, options.masks !== null),
    classRule: rule === 'predicted' || rule === 'true' ? rule : findClass(labels, rule, classes),
    truth: options.masks === null ? null : await openGroundTruth(options.masks, images),
    listed: options.truth === null ? null : await readListedClasses(options.truth, { labels, classes }),
    preprocessing: needsPreprocessing ? (await readPreprocessing(subject, sources)).preprocessing : null,
    labels,
    classes,
    placement: options.placement,
    steps: options.steps,
    tolerance: options.tolerance,
    seed: options.seed,
  };
}

async function checkOut(out: string | null): Promise<void> {
  if (out !== null && !['.csv', '.json'].includes(extname(out).toLowerCase())) {
    throw new UserError('badArgument', `--out is ${out}; wanted a file that ends in .csv or .json.`);
  }
  if (out !== null) {
    await checkWritable(out);
  }
}

async function save(out: string | null, report: EvaluationReport, document: string): Promise<void> {
  if (out === null) {
    return;
  }
  await saveFile(out, extname(out).toLowerCase() === '.csv' ? toEvaluationCsv(report) : document);
}
