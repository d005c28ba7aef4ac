import { join } from 'node:path';
import { explainImage, readLabels, readPreprocessing } from '../explainImage';
import type { ExplainContext } from '../explainImage';
import { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import { analyzeModel } from '../inspectModel';
import { readSidecar } from '../image/sidecar';
import { UserError } from '../userError';
import type { CamArguments } from './arguments';
import type { CamDocument, ImageDocument } from './camDocument';
import { toImageDocument } from './camDocument';
import { formatImage } from './camText';
import type { ClassChoice } from './classSelection';
import { parseClassChoice, toClassIndices } from './classSelection';
import { createMapFiles } from './mapFiles';
import type { Output } from './output';

/** Explains the images one after the other; one that fails does not keep the others from being explained. */
export async function runCam(options: CamArguments, output: Output): Promise<0 | 1> {
  const analysis = await analyzeModel(options.model);
  checkLayer(analysis, options.layer);
  const chosen = options.preprocess === null ? null : await readGivenSettings(options.preprocess);
  const labels = await readLabels(analysis, { chosen: options.labels ?? chosen });
  const classes = analysis.heads[0].classes ?? 0;
  const choices = options.classes.map((text) => parseClassChoice(text, classes, labels));
  const files = options.out === null ? null : await createMapFiles(options.out);
  const client = new InferenceClient(join(__dirname, 'inference.js'));
  const images: ImageDocument[] = [];
  const errors: NonNullable<CamDocument['errors']>[number][] = [];
  try {
    for (const image of options.images) {
      try {
        const explanation = await explain({ analysis, client }, image, choices, options, chosen);
        const indices = toClassIndices(choices, explanation.top);
        const written = (await files?.write(explanation, indices)) ?? new Map<number, string>();
        const layer = analysis.heads[0].featureMap?.tensor ?? '';
        images.push(toImageDocument(image, explanation, layer, indices, labels?.labels ?? null, written));
      } catch (error) {
        if (!(error instanceof UserError)) {
          throw error;
        }
        output.report(`headlight: ${image}: ${error.message}`);
        errors.push({ image, code: error.code, message: error.message });
      }
    }
  } finally {
    client.dispose();
  }
  return 0;
}
