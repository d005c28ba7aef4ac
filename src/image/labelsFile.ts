import { basename } from 'node:path';
import { UserError } from '../userError';
import { show } from './preprocessingFields';
import { parseJson } from './sidecar';
import { readTextFile } from './textFile';

/** Reads a labels file: text with one label per line, or JSON. Throws UserError `fileNotFound` or `badLabels`. */
export async function readLabelsFile(path: string): Promise<string[]> {
  const text = await readTextFile(path);
  if (text === null) {
    throw new UserError('fileNotFound', `The labels file ${path} does not exist. Correct its path.`);
  }
  return parseLabels(text, basename(path));
}

/**
 * Labels by class index. JSON: a list of names, or an object from index to name (or to a list that ends in the name, as
 * Keras' imagenet_class_index.json). Otherwise one label per line; a WordNet id in front is dropped.
 */
export function parseLabels(text: string, name: string): string[] {
  const content = text.replace(/^\uFEFF/, '');
  if (/^\s*[[{]/.test(content)) {
    return toLabels(parseJson(content, name, 'badLabels'), name);
  }
  const lines = content.split(/\r?\n/).map((line) => line.trim().replace(/^n\d{8}\s+/, ''));
  while (lines.at(-1) === '') {
    lines.pop();
  }
  if (lines.length === 0) {
    throw new UserError('badLabels', `${name} is empty; wanted one label per line, or a JSON list.`);
  }
  return lines;
}

/** A list, or an object whose keys are class indices. */
export function toLabels(value: unknown, name: string): string[] {
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value ?? {});
  const labels: string[] = [];
  for (const [key, entry] of entries as [number | string, unknown][]) {
    const label: unknown = Array.isArray(entry) ? entry.at(-1) : entry;
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index > 1_000_000 || typeof label !== 'string') {
      throw new UserError(
        'badLabels',
        `${name}: found ${show(entry)} at ${show(key)}; wanted a list of names, or an object from class index to name.`,
      );
    }
    labels[index] = label;
  }
  return Array.from(labels, (label: string | undefined, index) => label ?? `class ${index}`);
}
