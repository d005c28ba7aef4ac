import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Target } from '../cam/target';
import type { Explainer } from '../explain/explainer';
import type { Preprocessing } from '../protocol/preprocessing';
import type { TargetChoice, TargetReading } from '../protocol/target';
import type { ModelDocument } from './modelDocument';

/**
 * What a person wrote in the grammar of `--target`. Files are looked for beside the model; classes may be labels.
 * Throws UserError `badArgument` as the command line does.
 */
export async function readTargetText(document: ModelDocument, text: string): Promise<TargetReading> {
  const [{ parseTargetSpec }, { findClass }] = await Promise.all([
    import('../cam/targetSpec'),
    import('../image/findClass'),
  ]);
  const spec = parseTargetSpec(text.trim());
  if (spec.kind === 'mask' || spec.kind === 'similarity') {
    return { ...spec, file: resolve(dirname(document.uri.fsPath), spec.file) };
  }
  if (spec.kind !== 'class') {
    return spec;
  }
  const { one = 'top1', minus = null } = spec.classes ?? {};
  const [{ heads }, { labels }] = await Promise.all([document.analysis(), document.settings()]);
  const find = (name: string): number =>
    findClass(labels === null ? null : { labels, names: null }, name, heads[0].classes ?? 0);
  return {
    kind: 'class',
    classIndex: one === 'top1' ? null : find(one),
    contrastClass: minus === null ? null : find(minus),
  };
}

export type TargetReader = (
  explainer: Explainer,
  choice: TargetChoice,
  preprocessing: Preprocessing | null,
  signal: AbortSignal,
) => Promise<Target>;

/** Reads what a target needs from files, and keeps the last one: the embedding of another image takes a run of the model. */
export function createTargetReader(): TargetReader {
  let last: { readonly explainer: Explainer; readonly key: string; readonly target: Target } | null = null;
  return async (explainer, choice, preprocessing, signal) => {
    // A file may be written again.
    const written = 'file' in choice ? await stat(choice.file).catch(() => null) : null;
    const key = JSON.stringify([choice, preprocessing, written?.mtimeMs]);
    if (last === null || last.explainer !== explainer || last.key !== key) {
      const { readTarget } = await import('../explain/readTarget');
      last = { explainer, key, target: await readTarget(explainer, choice, preprocessing, signal) };
    }
    return last.target;
  };
}
