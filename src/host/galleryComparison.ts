import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { CamMethod } from '../cam/camMethod';
import { capitalize } from '../protocol/capitalize';
import type { GalleryModel } from './gallery';
import type { ModelDocument } from './modelDocument';
import { pickModel } from './pickModel';
import { asking } from './questions';

/** What the images of a gallery are explained by a second time. */
export interface GalleryRival {
  readonly model: GalleryModel;
  /** Absent: as the first series, or what the model allows. */
  readonly method?: CamMethod;
}

/** Asks for another method that the same model allows; null when dismissed. */
export async function pickRivalMethod(document: ModelDocument): Promise<GalleryRival | null> {
  const [{ CAM_METHODS }, { listMapChoices }, explainer, settings] = await Promise.all([
    import('../cam/methods'),
    import('../cam/mapChoices'),
    document.explainer(),
    document.settings(),
  ]);
  const { model, index, inferred, heads } = explainer.analysis;
  const offered = await listMapChoices(model, index, inferred, heads[0]);
  const usable = new Set(offered.methods.filter(({ refusal }) => refusal === null).map(({ id }) => id));
  const used = document.gallery.main?.subject.method;
  const methods: readonly CamMethod[] = CAM_METHODS;
  const choices = methods
    .filter((method) => method !== used && usable.has(method.id))
    .map((method) => ({ label: capitalize(method.name), detail: `${method.meaning} ${method.cost}`, method }));
  const title = vscode.l10n.t('Compare with another method on the same images');
  const chosen = await asking((questions) => questions.pickOne(choices, { title, matchOnDetail: true }));
  return chosen && { model: { name: document.name, explainer, settings }, method: chosen.method };
}

/** Asks for another model, which gets an inference process of its own; null when dismissed. */
export async function pickRivalModel(document: ModelDocument): Promise<GalleryRival | null> {
  const title = vscode.l10n.t('Compare with another model on the same images');
  const { uri: without, services } = document;
  const uri = await asking((questions) => pickModel(questions, services.workspaceState, { title, without }));
  if (uri === null) {
    return null;
  }
  // Runs code of its own only where the first model may.
  await document.runner();
  const [{ analyzeModel }, { createExplainer }, { InferenceClient }, { readModelSettings }] = await Promise.all([
    import('../inspectModel'),
    import('../explain/explainer'),
    import('../inference/inferenceClient'),
    import('../image/modelSettings'),
  ]);
  const analysis = await analyzeModel(uri.fsPath);
  const { model, inferred, heads } = analysis;
  const subject = { model, boundInputs: inferred.boundInputs, classes: heads[0].classes };
  const settings = await readModelSettings(subject, {});
  const client = new InferenceClient(join(services.distPath, 'inference.js'));
  const name =
    basename(uri.path) === document.name ? `${basename(dirname(uri.path))}/${document.name}` : basename(uri.path);
  return { model: { name, explainer: createExplainer(analysis, client), settings, dispose: () => client.dispose() } };
}
