import { basename, dirname, join, resolve } from 'node:path';
import { UserError, type ErrorCode } from '../userError';
import { checkPreprocessingFields, show, type PreprocessingFields } from './preprocessingFields';
import { readTextFile } from './textFile';
import { toMessage } from '../protocol/errorMessage';

/**
 * `MODEL.headlight.json`, which lies beside `MODEL.onnx` and says how images are read for it and what its classes are
 * called:
 *
 *     {
 *       "preprocessing": { "preset": "imagenet-torch", "interpolation": "pil-bicubic" },
 *       "labels": ["cat", "dog"]
 *     }
 *
 * `preprocessing` has the fields of Preprocessing, all optional; `mean` and `std` may be one number for all channels.
 * `labels` is a list, the path of a labels file (relative to this file), or "imagenet".
 */
export interface Sidecar {
  /** Absolute path of the file. */
  readonly path: string;
  readonly preprocessing: PreprocessingFields | null;
  readonly labels: SidecarLabels | null;
}

type SidecarLabels =
  | { readonly kind: 'list'; readonly labels: readonly string[] }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'imagenet' };

/** Path of the settings file of a model, whether or not it exists: `net.onnx` has `net.headlight.json`. */
export function toSidecarPath(modelPath: string): string {
  return join(dirname(modelPath), `${basename(modelPath).replace(/\.onnx$/i, '')}.headlight.json`);
}

/** null when there is no such file. Throws UserError `badPreprocessing` or `badLabels` for a mistake in it. */
export async function readSidecar(path: string): Promise<Sidecar | null> {
  const text = await readTextFile(path);
  return text === null ? null : parseSidecar(text, path);
}

/** Also takes a bare preprocessing object, which is what `--preprocess FILE` may be. */
export function parseSidecar(text: string, path: string): Sidecar {
  const name = basename(path);
  const content = parseObject(text, name);
  const isBare =
    !('preprocessing' in content) && !('labels' in content) && Object.keys(content).some((key) => key !== '$schema');
  if (isBare) {
    const fields = Object.fromEntries(Object.entries(content).filter(([key]) => key !== '$schema'));
    return { path, preprocessing: checkPreprocessingFields(fields, name), labels: null };
  }
  for (const key of Object.keys(content)) {
    if (!['$schema', 'preprocessing', 'labels'].includes(key)) {
      throw new UserError('badPreprocessing', `${name}: there is no "${key}". Known are "preprocessing" and "labels".`);
    }
  }
  const { preprocessing, labels } = content;
  return {
    path,
    preprocessing:
      preprocessing === undefined ? null : checkPreprocessingFields(preprocessing, `${name}, preprocessing`),
    labels: labels === undefined ? null : toLabels(labels, path),
  };
}

function parseObject(text: string, name: string): Record<string, unknown> {
  const content = parseJson(text, name, 'badPreprocessing');
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new UserError(
      'badPreprocessing',
      `${name}: found ${show(content)}; wanted an object such as {"preprocessing": {…}, "labels": […]}.`,
    );
  }
  return content as Record<string, unknown>;
}

/** Parses JSON; the error names the file, and for labels and preprocessing its own code. */
export function parseJson(text: string, name: string, code: ErrorCode): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    const reason = toMessage(error);
    throw new UserError(code, `${name} is not valid JSON: ${reason}. Open it and correct the place named.`, {
      cause: error,
    });
  }
}

function toLabels(value: unknown, path: string): SidecarLabels {
  if (value === 'imagenet') {
    return { kind: 'imagenet' };
  }
  if (typeof value === 'string' && value !== '') {
    return { kind: 'file', path: resolve(dirname(path), value) };
  }
  if (Array.isArray(value) && value.every((label) => typeof label === 'string')) {
    return { kind: 'list', labels: value };
  }
  throw new UserError(
    'badLabels',
    `${basename(path)}: "labels" is ${show(value)}; wanted a list of names, the path of a labels file, or "imagenet".`,
  );
}
