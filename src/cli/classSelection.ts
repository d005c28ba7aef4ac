import { findClass } from '../image/findClass';
import type { ResolvedLabels } from '../image/resolveLabels';

/** What `--class` may say: classes that are known before the model runs, and those that its answer decides. */
export type ClassChoice =
  { readonly kind: 'top'; readonly count: 1 | 5 } | { readonly kind: 'class'; readonly index: number };

/** Throws UserError `badArgument` for a class that does not exist or a label that means several. */
export function parseClassChoice(text: string, classes: number, labels: ResolvedLabels | null): ClassChoice {
  switch (text.trim().toLowerCase()) {
    case 'top1':
      return { kind: 'top', count: 1 };
    case 'top5':
      return { kind: 'top', count: 5 };
    default:
      return { kind: 'class', index: findClass(labels, text, classes) };
  }
}

/** Class indices in the order of the choices, each once. `top`: most likely first. */
export function toClassIndices(choices: readonly ClassChoice[], top: readonly number[]): number[] {
  const indices = choices.flatMap((choice) => (choice.kind === 'top' ? top.slice(0, choice.count) : [choice.index]));
  return [...new Set(indices)];
}

/** Classes that were asked for by name or number. */
export function listAsked(choices: readonly ClassChoice[]): number[] {
  return choices.flatMap((choice) => (choice.kind === 'class' ? [choice.index] : []));
}
