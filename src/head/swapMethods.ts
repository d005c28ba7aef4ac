import type { HeadDescription } from '../analysis/heads/headDescription';
import type { SwapMethod, SwapTarget } from '../protocol/headSwap';
import type { SwapChoices } from '../protocol/headWork';
import { UserError } from '../userError';
import type { LinearHead } from './linearHead';
import { findLinearKind } from './readLinearHead';

/** What is chosen when nobody says: the exact way, else the projection, else the way that needs images. */
export function chooseMethod(target: SwapTarget, isLinear: boolean): SwapMethod {
  if (target === 'fc') {
    return 'tie';
  }
  return isLinear ? 'project' : 'distill';
}

interface Choice {
  readonly target: SwapTarget;
  readonly method: SwapMethod;
  readonly images: readonly string[];
}

/**
 * Whether a method can make the wanted head of this one; `before` is null for a head that is not linear in its map.
 * Throws UserError `badArgument` or `notExact` saying what can be done instead.
 */
export function checkMethod(head: HeadDescription, before: LinearHead | null, choice: Choice): void {
  const { target, method, images } = choice;
  if (method === 'fit') {
    return;
  }
  if (before?.kind === target) {
    const other = target === 'gap' ? 'fc' : 'gap';
    const found = `The head at "${head.output}" is a ${target} head already (${head.kind})`;
    throw new UserError('badArgument', `${found}: choose ${other}, or the method fit for new classes.`);
  }
  if (target === 'fc' && (before === null || method !== 'tie')) {
    throw before === null
      ? new UserError('notExact', `${describeBent(head)}: no fully connected layer has the same logits. Use fit.`)
      : new UserError('badArgument', `A swap to fc is exact; the method ${method} does not apply. Leave it out.`);
  }
  if (method === 'tie' && target === 'gap') {
    throw new UserError('badArgument', 'Tying weights makes an fc head; to gap, choose project, distill or fit.');
  }
  if (method === 'project' && before === null) {
    throw new UserError(
      'notExact',
      `${describeBent(head)}: a projection is not defined. Use distill with images, or fit.`,
    );
  }
  if (method === 'distill' && images.length < 2) {
    throw new UserError(
      'badArgument',
      `Distilling fits the new head to the old one's logits on images: give at least 2, not ${images.length}.`,
    );
  }
}

function describeBent({ output, kind }: HeadDescription): string {
  return `The head at "${output}" (${kind}) is not linear in its feature map`;
}

const METHODS: Readonly<Record<SwapTarget, readonly SwapMethod[]>> = {
  gap: ['project', 'distill', 'fit'],
  fc: ['tie', 'fit'],
};

/** For each kind of head the ways to it, and why some do not apply to this one. Nothing is read or run. */
export function listSwapMethods(head: HeadDescription): SwapChoices {
  const own = findLinearKind(head);
  const before = own === null ? null : { kind: own, weights: new Float32Array(0), bias: new Float32Array(0) };
  const list = (target: SwapTarget) =>
    METHODS[target].map((method) => ({ method, refusal: findRefusal(head, before, target, method) }));
  return { own, methods: { gap: list('gap'), fc: list('fc') } };
}

/** Images, which can still be chosen, are no reason. */
function findRefusal(
  head: HeadDescription,
  before: LinearHead | null,
  target: SwapTarget,
  method: SwapMethod,
): string | null {
  if (!head.exact || head.featureMap === null || head.classes === null) {
    return head.reason ?? 'This model has no classification head.';
  }
  try {
    checkMethod(head, before, { target, method, images: ['', ''] });
    return null;
  } catch (error) {
    if (error instanceof UserError) {
      return error.message;
    }
    throw error;
  }
}
