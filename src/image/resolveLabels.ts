import { basename } from 'node:path';
import type { Model } from '../graph/model';
import type { SettingSource } from '../protocol/preprocessing';
import { UserError } from '../userError';
import { listImagenetLabels, listImagenetNames } from './imagenetLabels';
import { readLabelsFile, toLabels } from './labelsFile';
import { parsePythonLiteral } from './pythonLiteral';
import type { Sidecar } from './sidecar';

export interface LabelsRequest {
  readonly model: Model;
  /** Classes of the main head; null when unknown, then only labels that somebody gave are taken. */
  readonly classes: number | null;
  /** A labels file given for this run, or a chosen settings file with labels. */
  readonly chosen?: string | Sidecar | null;
  readonly sidecar?: Sidecar | null;
  /** Absolute path of the labels file in the user's settings. */
  readonly settingsFile?: string | null;
}

export interface ResolvedLabels {
  /** One label per class. */
  readonly labels: readonly string[];
  /** Further names of each class that a search may use, or null. */
  readonly names: readonly (readonly string[])[] | null;
  readonly source: SettingSource;
  readonly note: string;
}

/**
 * What the classes are called: from a chosen file, the sidecar file, the settings, the model's metadata, or ImageNet's
 * built-in names when there are 1000 classes (1001: a background class comes first); null when nothing fits.
 * Throws UserError `badLabels` when labels that somebody gave do not fit the number of classes.
 */
export async function resolveLabels(request: LabelsRequest): Promise<ResolvedLabels | null> {
  const { model, classes, chosen, sidecar, settingsFile } = request;
  if (typeof chosen === 'string') {
    return readGiven(chosen, 'chosen', classes);
  }
  for (const [file, source] of [
    [chosen, 'chosen'],
    [sidecar, 'sidecar'],
  ] as const) {
    if (file?.labels) {
      return readFromSidecar(file, source, classes);
    }
  }
  if (settingsFile) {
    return readGiven(settingsFile, 'settings', classes);
  }
  return (
    readMetadataLabels(model, classes) ?? (classes === 1000 || classes === 1001 ? toImagenet('builtin', classes) : null)
  );
}

async function readGiven(path: string, source: SettingSource, classes: number | null): Promise<ResolvedLabels> {
  if (path === 'imagenet') {
    return toImagenet(source, classes);
  }
  const labels = fitToClasses(await readLabelsFile(path), classes, basename(path));
  return { labels, names: null, source, note: `From ${basename(path)}.` };
}

async function readFromSidecar(
  { labels, path }: Sidecar,
  source: SettingSource,
  classes: number | null,
): Promise<ResolvedLabels | null> {
  const name = basename(path);
  switch (labels?.kind) {
    case 'list':
      return { labels: fitToClasses(labels.labels, classes, name), names: null, source, note: `From ${name}.` };
    case 'file':
      return readGiven(labels.path, source, classes);
    case 'imagenet':
      return toImagenet(source, classes);
    case undefined:
      return null;
  }
}

function toImagenet(source: SettingSource, classes: number | null): ResolvedLabels {
  const labels = fitToClasses(listImagenetLabels(), classes, 'The list of ImageNet labels');
  const names = listImagenetNames();
  return {
    labels,
    names: labels.length === names.length ? names : [['background'], ...names],
    source,
    note: `ImageNet's ${labels.length === names.length ? '1000 names' : '1000 names, after a background class'}.`,
  };
}

function fitToClasses(labels: readonly string[], classes: number | null, name: string): readonly string[] {
  if (classes === null || labels.length === classes) {
    return labels;
  }
  // TensorFlow's networks put a background class first, and label lists often leave it out.
  if (labels.length === classes - 1 && labels.length === 1000) {
    return ['background', ...labels];
  }
  throw new UserError(
    'badLabels',
    `${name} has ${labels.length} labels, but the model has ${classes} classes. Give one label per class, in the order of the model.`,
  );
}

/** Entries that exporters write, as JSON or as a Python literal: `names` is Ultralytics'. */
const METADATA_KEYS = ['headlight.labels', 'names', 'labels', 'classes', 'class_names', 'id2label'];

function readMetadataLabels({ metadata }: Model, classes: number | null): ResolvedLabels | null {
  for (const key of METADATA_KEYS) {
    const text = metadata.get(key);
    const labels = text === undefined ? null : toMetadataLabels(text, key);
    // Metadata was not written for this program: what does not fit is passed over.
    if (labels !== null && labels.length > 0 && (classes === null || labels.length === classes)) {
      return { labels, names: null, source: 'metadata', note: `From the model's metadata (${key}).` };
    }
  }
  return null;
}

function toMetadataLabels(text: string, key: string): string[] | null {
  const value = parsePythonLiteral(text);
  if (typeof value === 'object' && value !== null) {
    try {
      return toLabels(value, key);
    } catch (error) {
      if (error instanceof UserError) return null;
      throw error;
    }
  }
  const separator = text.includes('\n') ? '\n' : ',';
  const labels = text.split(separator).map((label) => label.trim());
  return labels.length > 1 ? labels : null;
}
