import type { SamplingOptions } from '../cam/sampling';
import type { TargetSpec } from '../cam/targetSpec';
import { parseTargetSpec } from '../cam/targetSpec';
import { UsageError } from './usageError';

/** What the maps of a run explain, and what methods of many runs are told. */
export interface TargetArguments {
  /** As given: class indices, labels, `top1`, `top5`. Empty where the target is no class. */
  readonly classes: readonly string[];
  /** As given: index or label of the class that is subtracted. */
  readonly contrast: string | null;
  /** null: classes. */
  readonly target: Exclude<TargetSpec, { readonly kind: 'class' }> | null;
  /** As far as given. */
  readonly sampling: Partial<SamplingOptions>;
}

/** `--target class:…` is another way to write --class and --contrast; other targets leave no room for these. */
export function chooseTarget(
  text: string | undefined,
  classes: readonly string[] | undefined,
  contrast: string | undefined,
): Omit<TargetArguments, 'sampling'> {
  const spec = text === undefined ? null : parseTargetSpec(text);
  if (spec === null || (spec.kind === 'class' && spec.classes === null)) {
    return { classes: classes ?? ['top1'], contrast: contrast ?? null, target: null };
  }
  if (classes !== undefined || contrast !== undefined) {
    throw new UsageError('--target says what is explained: leave --class and --contrast out.');
  }
  return spec.kind === 'class'
    ? { classes: [spec.classes?.one ?? 'top1'], contrast: spec.classes?.minus ?? null, target: null }
    : { classes: [], contrast: null, target: spec };
}

export function parseSampling(
  values: Readonly<Partial<Record<keyof SamplingOptions, string | undefined>>>,
): Partial<SamplingOptions> {
  const names = ['samples', 'seed', 'channels', 'window', 'stride'] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = values[name];
      if (text === undefined) {
        return [];
      }
      if (!/^\d+$/.test(text) || (name !== 'seed' && Number(text) === 0)) {
        throw new UsageError(`--${name} is "${text}", but it is a whole number from ${name === 'seed' ? 0 : 1}.`);
      }
      return [[name, Number(text)]];
    }),
  );
}

/** By method: which of its options it looks at. */
const USED: Readonly<Record<string, readonly (keyof SamplingOptions)[]>> = {
  smoothgrad: ['samples', 'seed'],
  integratedgradients: ['samples'],
  rise: ['samples', 'seed'],
  scorecam: ['channels'],
  occlusion: ['window', 'stride'],
};

/** Options that were given although the method does nothing with them. */
export function listUnused(given: Partial<SamplingOptions>, method: string): (keyof SamplingOptions)[] {
  const used = USED[method] ?? [];
  return (Object.keys(given) as (keyof SamplingOptions)[]).filter((name) => !used.includes(name));
}
