import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ComparisonPanels } from './comparisonPanels';
import { openDemo } from './demo';
import type { ExportChoices } from './exportExplainedModel';
import { announceExport, exportExplainedModel, toExportChoices } from './exportExplainedModel';
import type { EvaluationPanels } from './evaluationPanels';
import { toFailure } from './failure';
import { startGallery } from './galleryRequests';
import { isImage } from './imageList';
import type { ModelEditorProvider } from './modelEditorProvider';
import { pickImages } from './pickImages';
import { pickSource, toFolderSource } from './pickSeries';
import type { PickModelOptions } from './pickModel';
import { findActiveModel, pickModel, rememberModel } from './pickModel';
import type { Questions } from './questions';
import { asking } from './questions';
import { openSettingsFile } from './settingsFile';

interface CommandServices {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly provider: ModelEditorProvider;
  readonly comparisons: ComparisonPanels;
  readonly evaluations: EvaluationPanels;
}

/** The commands of package.json. Menus pass the file under the pointer and all that are selected. */
export function registerCommands(services: CommandServices): vscode.Disposable {
  const { provider, log, context } = services;
  const register = (
    name: string,
    run: (file: vscode.Uri | undefined, selected: vscode.Uri[] | undefined) => Promise<void>,
  ) =>
    vscode.commands.registerCommand(`headlight.${name}`, (file?: unknown, selected?: unknown) =>
      reportFailure(log, () => run(...toFiles(file, selected))),
    );
  return vscode.Disposable.from(
    register('inspectModel', (file, selected) => inspectModels(services, file, selected)),
    register('compareModels', (file, selected) => compareModels(services, file, selected)),
    register('evaluateMaps', (file) => evaluateMaps(services, file)),
    register('visualizeClassActivationMaps', (file, selected) => visualize(services, file, selected)),
    vscode.commands.registerCommand('headlight.exportExplainedModel', (file?: unknown, choices?: unknown) =>
      reportFailure(log, () => exportModel(services, toFiles(file, undefined)[0], toExportChoices(choices))),
    ),
    register('showHead', async () => {
      const document = await activeModel(services);
      await provider.show(document.uri);
      document.pages.requestView('head');
    }),
    register('explainFolder', (file) => explainFolder(services, file)),
    register('openSettingsFile', async () => openSettingsFile(await (await activeModel(services)).settings())),
    register('reloadModel', async () => (await activeModel(services)).reload()),
    register('openDemo', () => openDemo(context, provider)),
    register('showLog', () => {
      log.show();
      return Promise.resolve();
    }),
  );
}

async function inspectModels(services: CommandServices, file?: vscode.Uri, selected?: vscode.Uri[]): Promise<void> {
  const { context, provider } = services;
  const chosen = selected?.filter(isModel) ?? [];
  const models = chosen.length > 0 ? chosen : [file ?? activeFile() ?? (await askForModel(context))];
  for (const model of models) {
    if (model !== null) {
      await provider.show(model, { preview: models.length === 1 });
      await rememberModel(context.workspaceState, model);
    }
  }
}

/** The two that are selected; what is missing of them is asked for. */
async function compareModels(services: CommandServices, file?: vscode.Uri, selected?: vscode.Uri[]): Promise<void> {
  const { context, comparisons } = services;
  const state = context.workspaceState;
  const given = (selected ?? (file === undefined ? [] : [file])).filter(isModel);
  const { a, b } = await asking(async (questions) => {
    const first =
      given.at(0) ?? (await pickModel(questions, state, { title: vscode.l10n.t('Compare: first model (A)') }));
    return { a: first, b: given.at(1) ?? (first && (await pickSecondModel(questions, state, first))) };
  });
  if (a !== null && b !== null) {
    comparisons.show(a, b);
  }
}

function pickSecondModel(questions: Questions, state: vscode.Memento, first: vscode.Uri): Promise<vscode.Uri | null> {
  const title = vscode.l10n.t('Compare {0} with: second model (B)', basename(first.path));
  return pickModel(questions, state, { title, without: first });
}

/** Of the model that is given, open, or chosen. */
async function evaluateMaps({ context, provider, evaluations }: CommandServices, file?: vscode.Uri): Promise<void> {
  const model = file ?? findActiveModel() ?? (await askForModel(context));
  if (model !== null) {
    const document = await provider.show(model);
    await rememberModel(context.workspaceState, model);
    evaluations.show(document);
  }
}

/** From an image (or several): which model? From a model or the palette: which images? */
async function visualize(services: CommandServices, file?: vscode.Uri, selected?: vscode.Uri[]): Promise<void> {
  const { context, provider } = services;
  const given = (selected ?? (file === undefined ? [] : [file])).filter(isImage);
  const fromModel = file !== undefined && given.length === 0 ? file : findActiveModel();
  const { model, images } = await asking(async (questions) => {
    const chosen =
      given.length > 0 || fromModel === null ? await pickModel(questions, context.workspaceState) : fromModel;
    const isAsked = chosen !== null && given.length === 0;
    return { model: chosen, images: isAsked ? await pickImages(questions, chosen) : given };
  });
  if (model === null || images.length === 0) {
    return;
  }
  const document = await provider.show(model);
  await rememberModel(context.workspaceState, model);
  document.pages.requestView('cam');
  document.addImages(images);
}

async function exportModel(
  { context, provider }: CommandServices,
  file: vscode.Uri | undefined,
  choices: ExportChoices,
): Promise<void> {
  const title = vscode.l10n.t('Explained model: original');
  const model = file ?? findActiveModel() ?? (await askForModel(context, { title }));
  if (model === null) {
    return;
  }
  const document = provider.find(model) ?? (await provider.show(model));
  await rememberModel(context.workspaceState, model);
  const report = await exportExplainedModel(document, choices);
  // Not waited for: the command is done, and its result may stay on the screen.
  void (report && announceExport(report, (saved) => provider.show(saved)));
}

/** From a folder: which model? From a model or the palette: which folder or pattern? */
async function explainFolder({ context, provider, log }: CommandServices, file?: vscode.Uri): Promise<void> {
  const isFolder = file !== undefined && !isModel(file);
  const given = isFolder ? null : (file ?? findActiveModel());
  const { model, source } = await asking(async (questions) => {
    const chosen = given ?? (await pickModel(questions, context.workspaceState));
    const series = isFolder ? toFolderSource(file) : chosen && (await pickSource(questions, chosen));
    return { model: chosen, source: series };
  });
  if (model !== null && source !== null) {
    const document = await provider.show(model);
    await rememberModel(context.workspaceState, model);
    startGallery(document, source, log);
  }
}

function askForModel(context: vscode.ExtensionContext, options?: PickModelOptions): Promise<vscode.Uri | null> {
  return asking((questions) => pickModel(questions, context.workspaceState, options));
}

function isModel({ path }: vscode.Uri): boolean {
  return path.endsWith('.onnx');
}

async function activeModel({ context, provider }: CommandServices) {
  const model = findActiveModel() ?? (await askForModel(context));
  if (model === null) {
    throw new vscode.CancellationError();
  }
  return provider.find(model) ?? provider.show(model);
}

/** The file of the active text editor or tab, when it is a model that was opened as something else. */
function activeFile(): vscode.Uri | null {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : null;
  return uri?.path.endsWith('.onnx') === true ? uri : null;
}

function toFiles(file: unknown, selected: unknown): [vscode.Uri | undefined, vscode.Uri[] | undefined] {
  const files = Array.isArray(selected) ? selected.filter((one) => one instanceof vscode.Uri) : undefined;
  return [file instanceof vscode.Uri ? file : undefined, files];
}

async function reportFailure(log: vscode.LogOutputChannel, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof vscode.CancellationError) {
      return;
    }
    const showLog = vscode.l10n.t('Show Log');
    const { message } = toFailure(error, log, vscode.l10n.t);
    if ((await vscode.window.showErrorMessage(message, showLog)) === showLog) {
      log.show();
    }
  }
}
