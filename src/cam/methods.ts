import type { HeadDescription } from '../analysis/heads/headDescription';
import type { Model } from '../graph/model';
import { UserError } from '../userError';
import { classActivationMap } from './classActivationMap';
import type { HeadExtension, HeadExtensionOptions } from './headExtension';

/** A way to draw what a model looks at. A new one is a file of its own and a row in the table below. */
export interface CamMethod {
  /** As on the command line and in exported files. */
  readonly id: string;
  readonly name: string;
  readonly unit: 'logit';
  /** Whether its maps add up to the logit. */
  readonly isExact: boolean;
  /** One sentence why the method cannot be used on this head; null when it can. */
  explainRefusal(head: HeadDescription): string | null;
  /** @throws UserError with that sentence. */
  createExtension(model: Model, head: HeadDescription, options: HeadExtensionOptions): HeadExtension;
}

export const CAM_METHODS: readonly CamMethod[] = [classActivationMap];

/** @throws UserError `badArgument` that lists the methods there are. */
export function findMethod(id: string): CamMethod {
  const method = CAM_METHODS.find((candidate) => candidate.id === id);
  if (method === undefined) {
    const known = CAM_METHODS.map((candidate) => candidate.id).join(', ');
    throw new UserError('badArgument', `There is no method "${id}". The methods are: ${known}.`);
  }
  return method;
}
