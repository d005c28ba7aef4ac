import { UsageError } from './usageError';

/** The only argument of a command that is no option. Throws UsageError. */
export function readOneModel(command: string, [model, ...others]: readonly string[]): string {
  if (model === undefined || others.length > 0) {
    throw new UsageError(`${command} takes one MODEL, not ${model === undefined ? 0 : others.length + 1}.`);
  }
  return model;
}
