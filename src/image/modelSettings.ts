import type { Model } from '../graph/model';
import type { ModelSettings } from '../protocol/messages';
import type { PreprocessingPreset } from '../protocol/preprocessing';
import { resolveLabels, type ResolvedLabels } from './resolveLabels';
import { resolvePreprocessing, type ResolvedPreprocessing } from './resolvePreprocessing';
import { readSidecar, toSidecarPath, type Sidecar } from './sidecar';

/** What of a model decides how its images are read. */
export interface SettingsSubject {
  readonly model: Model;
  /** Shapes of the inputs with free dimensions bound, by name. */
  readonly boundInputs: ReadonlyMap<string, readonly number[]>;
  /** Of the main head; null when unknown. */
  readonly classes: number | null;
}

/** What people said, for this run or in general. */
export interface SettingsSources {
  /** A settings file given for this run. */
  readonly chosen?: Sidecar | null;
  /** A labels file given for this run. */
  readonly chosenLabels?: string | null;
  readonly preset?: PreprocessingPreset | null;
  /** Absolute path of the labels file in the user's settings. */
  readonly labelsFile?: string | null;
}

/** Preprocessing and labels of a model with where each was found. Throws UserError for a mistake in any of the sources. */
export async function readModelSettings(subject: SettingsSubject, sources: SettingsSources): Promise<ModelSettings> {
  const path = toSidecarPath(subject.model.path);
  const sidecar = await readSidecar(path);
  const { preprocessing, source, note } = choosePreprocessing(subject, sources, sidecar);
  const labels = await chooseLabels(subject, sources, sidecar);
  return {
    preprocessing,
    preprocessingSource: source,
    preprocessingNote: note,
    labels: labels?.labels ?? null,
    labelsSource: labels?.source ?? null,
    sidecar: path,
    sidecarExists: sidecar !== null,
  };
}

export async function readPreprocessing(
  subject: SettingsSubject,
  sources: SettingsSources,
): Promise<ResolvedPreprocessing> {
  return choosePreprocessing(subject, sources, await readSidecar(toSidecarPath(subject.model.path)));
}

export async function readLabels(subject: SettingsSubject, sources: SettingsSources): Promise<ResolvedLabels | null> {
  return chooseLabels(subject, sources, await readSidecar(toSidecarPath(subject.model.path)));
}

function choosePreprocessing(
  { model, boundInputs, classes }: SettingsSubject,
  { chosen = null, preset }: SettingsSources,
  sidecar: Sidecar | null,
): ResolvedPreprocessing {
  const settings = preset ? { preset } : null;
  return resolvePreprocessing({ model, boundInputs, classes, chosen, sidecar, settings });
}

function chooseLabels(
  { model, classes }: SettingsSubject,
  { chosen, chosenLabels, labelsFile = null }: SettingsSources,
  sidecar: Sidecar | null,
): Promise<ResolvedLabels | null> {
  return resolveLabels({ model, classes, chosen: chosenLabels ?? chosen ?? null, sidecar, settingsFile: labelsFile });
}
