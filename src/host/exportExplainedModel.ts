import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ClassSelection } from '../cam/explainedExtension';
import type { ExportedSettings, ExportReport } from '../explainedModel';
import { capitalize } from '../protocol/capitalize';
import type { MapChoices, MethodChoice } from '../protocol/mapChoices';
import type { MapInView } from '../protocol/messages';
import { UserError } from '../userError';
import { toAbortSignal } from './abort';
import type { ModelDocument } from './modelDocument';
import type { Questions } from './questions';
import { asking } from './questions';
import { askTarget } from './saveBytes';

/** What the command may be given (by a key binding, a task, a test); everything else is asked for. */
export interface ExportChoices {
  readonly method?: string;
  readonly layer?: string;
  readonly classes?: ClassSelection;
  readonly file?: vscode.Uri;
}

/** Menus pass the files that are selected, which are no choices. */
export function toExportChoices(value: unknown): ExportChoices {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** What was saved, and how it compares; offers to open it. */
export async function announceExport(
  { file, sizeBytes, verification }: ExportReport,
  open: (model: vscode.Uri) => Thenable<unknown>,
): Promise<void> {
  const { outputs, maps, elapsedMs, holds } = verification;
  const inspect = vscode.l10n.t('Inspect Model');
  const facts = [
    ((sizeBytes.exported - sizeBytes.original) / 1000).toFixed(0),
    (elapsedMs.exported / elapsedMs.original).toFixed(2),
    formatDifference(outputs),
    formatDifference(maps),
  ];
  const chosen = holds
    ? await vscode.window.showInformationMessage(
        vscode.l10n.t(
          'Saved {0}: {1} kB more than the original, {2} times its running time. Largest relative difference of outputs: {3}, of maps: {4}.',
          basename(file),
          ...facts,
        ),
        inspect,
      )
    : await vscode.window.showWarningMessage(
        vscode.l10n.t(
          'Saved {0}, but it does not give what the original gives: outputs differ by {1}, maps by {2}, relative to the largest value. Do not rely on it.',
          basename(file),
          ...facts.slice(2),
        ),
        inspect,
      );
  if (chosen === inspect) {
    await open(vscode.Uri.file(file));
  }
}

function formatDifference({ maximum, largest }: { readonly maximum: number; readonly largest: number }): string {
  return maximum === 0 ? '0' : (maximum / largest).toExponential(1);
}

interface Choice<Value> extends vscode.QuickPickItem {
  readonly value: Value;
}

/** Asks what to export, saves, compares and says how that went; null when dismissed. */
export async function exportExplainedModel(
  document: ModelDocument,
  given: ExportChoices,
): Promise<ExportReport | null> {
  const { analysis } = await document.runner();
  const { listMapChoices } = await import('../cam/mapChoices');
  const choices = await listMapChoices(analysis.model, analysis.index, analysis.inferred, analysis.heads[0]);
  const choice = await asking((questions) => choose(questions, document, choices, given));
  return choice && save(document, choice);
}

interface ExportChoice {
  readonly method: string;
  readonly layer: string | null;
  readonly classes: ClassSelection | null;
  readonly file: string;
}

async function choose(
  questions: Questions,
  { uri, mapInView }: ModelDocument,
  choices: MapChoices,
  given: ExportChoices,
): Promise<ExportChoice | null> {
  const method = await chooseMethod(questions, choices, given.method, mapInView);
  const layer = method && (given.layer ?? (await chooseLayer(questions, choices, method, mapInView)));
  const classes =
    method && layer !== undefined && (given.classes ?? (await chooseClasses(questions, method, mapInView)));
  if (!method || layer === undefined || classes === undefined || classes === false) {
    return null;
  }
  const file = given.file ?? (await askTarget(uri, `${basename(uri.path, '.onnx')}.${method.id}.onnx`));
  return file && { method: method.id, layer, classes, file: file.fsPath };
}

async function save(document: ModelDocument, { method, layer, classes, file }: ExportChoice): Promise<ExportReport> {
  const progress = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Saving {0} and comparing it with {1}', basename(file), document.name),
    cancellable: true,
  };
  return vscode.window.withProgress(progress, async (_, token) => {
    const [{ analysis, client }, settings, { findMethod }, { exportExplainedModel }, { prepareInput }] =
      await Promise.all([
        document.runner(),
        readSettings(document),
        import('../cam/methods'),
        import('../explainedModel'),
        import('../explain/prepareInput'),
      ]);
    const signal = toAbortSignal(token);
    // The id of an image is its path.
    const image = document.images.items.at(0)?.id ?? null;
    const prepared = image === null ? null : await prepareInput(client, image, settings?.preprocessing ?? null, signal);
    return exportExplainedModel(analysis, client, {
      method: findMethod(method),
      layer,
      classes,
      file,
      settings,
      input: prepared && { name: image ?? '', tensor: prepared.tensor },
      signal,
    });
  });
}

/** Null when no input takes an image: there is nothing to write down then. */
async function readSettings(document: ModelDocument): Promise<ExportedSettings | null> {
  try {
    return await document.settings();
  } catch (error) {
    if (error instanceof UserError && error.code === 'badPreprocessing' && document.images.items.length === 0) {
      return null;
    }
    throw error;
  }
}

async function chooseMethod(
  questions: Questions,
  { methods, method: usual }: MapChoices,
  given: string | undefined,
  inView: MapInView | null,
): Promise<MethodChoice | null> {
  const usable = methods.filter(({ kind, refusal }) => kind !== 'sampled' && refusal === null);
  const found = usable.find(({ id }) => id === given);
  if (given !== undefined) {
    const refusal = methods.find(({ id }) => id === given)?.refusal;
    return found ?? refuse(refusal ?? vscode.l10n.t('There is no method "{0}" that takes one run.', given));
  }
  if (usable.length === 0) {
    const [{ refusal }] = methods;
    return refuse(refusal ?? '');
  }
  const items = usable.map((value): Choice<MethodChoice> => {
    const description = describe(value.id, value.id === usual, value.id === inView?.method);
    return { label: capitalize(value.name), description, detail: `${value.meaning} ${value.cost}`, value };
  });
  const chosen = await questions.pickOne(
    beginWith(items, ({ value }) => value.id === inView?.method),
    {
      title: vscode.l10n.t('Explained model: method'),
      placeHolder: vscode.l10n.t('How maps are drawn'),
      matchOnDescription: true,
    },
  );
  return chosen?.value ?? null;
}

function describe(text: string, isUsual: boolean, isInView: boolean): string {
  return isUsual
    ? vscode.l10n.t('{0} (default)', text)
    : isInView
      ? vscode.l10n.t('{0} (in the CAM view)', text)
      : text;
}

/** What the CAM view shows comes first: it is what Enter takes. */
function beginWith<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): readonly Item[] {
  return [...items.filter(isFirst), ...items.filter((item) => !isFirst(item))];
}

function refuse(sentence: string): never {
  throw new UserError('badArgument', sentence);
}

/** Null: there is no choice. Undefined: dismissed. */
async function chooseLayer(
  questions: Questions,
  { stages, layers, layer: usual }: MapChoices,
  method: MethodChoice,
  inView: MapInView | null,
): Promise<string | null | undefined> {
  if (method.kind === 'exact' || method.place !== 'layer' || stages.length < 2) {
    return null;
  }
  const isInView = (value: string): boolean => value === inView?.layer;
  const isStage = (value: string): boolean => stages.some(({ tensor }) => tensor === value);
  const others = layers.filter(({ tensor }) => isInView(tensor) && !isStage(tensor));
  const items = [...others, ...stages].map(({ tensor, channels, height, width, place }): Choice<string> => {
    const size = `${channels}×${height}×${width}${place === undefined ? '' : `, ${place}`}`;
    return { label: tensor, description: describe(size, tensor === usual, isInView(tensor)), value: tensor };
  });
  const chosen = await questions.pickOne(
    beginWith(items, ({ value }) => isInView(value)),
    {
      title: vscode.l10n.t('Explained model: layer'),
      placeHolder: vscode.l10n.t('The last map of each stage, nearest to the head first'),
    },
  );
  return chosen?.value;
}

/** Null: the maps belong to no class. Undefined: dismissed. */
async function chooseClasses(
  questions: Questions,
  { kind, isClassSpecific }: MethodChoice,
  inView: MapInView | null,
): Promise<ClassSelection | null | undefined> {
  if (!isClassSpecific) {
    return null;
  }
  const texts: Readonly<Record<ClassSelection, readonly [label: string, detail: string]>> = {
    top5: [vscode.l10n.t('The 5 most likely classes'), vscode.l10n.t('With their indices as an output.')],
    top1: [vscode.l10n.t('The most likely class'), vscode.l10n.t('With its index as an output.')],
    all: [vscode.l10n.t('All classes'), vscode.l10n.t('Map k is that of class k.')],
    input: [vscode.l10n.t('Classes that each run names'), vscode.l10n.t('In a further input, int64.')],
  };
  const order: readonly ClassSelection[] =
    kind === 'exact' ? ['top5', 'all', 'input', 'top1'] : ['top1', 'top5', 'input'];
  const rank = inView?.rank ?? 0;
  const reaching = rank < 0 ? 'input' : rank > 0 ? 'top5' : null;
  const items = order.map((value): Choice<ClassSelection> => {
    const [label, detail] = texts[value];
    const isReaching = value === reaching;
    const description = isReaching ? vscode.l10n.t('{0} (reaches the class in the CAM view)', value) : value;
    return { label, description, detail, value };
  });
  const chosen = await questions.pickOne(
    beginWith(items, ({ value }) => value === reaching),
    {
      title: vscode.l10n.t('Explained model: classes'),
      placeHolder: vscode.l10n.t('Which classes get a map'),
    },
  );
  return chosen?.value;
}
