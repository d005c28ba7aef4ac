import type { TargetChoice } from '../protocol/target';
import { UserError } from '../userError';

/** A target as a person writes it; files are not read yet. */
export type TargetSpec =
  | { readonly kind: 'class'; readonly classes: { readonly one: string; readonly minus: string | null } | null }
  | TargetChoice;

/** For help and messages. */
const TARGET_GRAMMAR = [
  'class:WHICH, class:7-3',
  'output:NAME[0,3,:,:]',
  'box:NAME,channel,left,top,width,height',
  'mask:NAME,channel,FILE',
  'similarity:FILE, similarity:NAME,FILE',
] as const;

/**
 * The grammar of a target. Indices count from 0; boxes are in cells of the output; names of values may hold "/", ":" and
 * ".".
 *
 *     class:WHICH                                  logit of a class, by index or label
 *     class:7-3                                    logit of class 7 less that of class 3
 *     output:NAME[0,3,:,:]                         elements of an output added up; ":" is all of a dimension
 *     box:NAME,channel,left,top,width,height       one channel of a spatial output added up over a box
 *     mask:NAME,channel,FILE                       the same with weights [rows, columns] (.npy), or the white of a PNG
 *     similarity:FILE, similarity:NAME,FILE        cosine to an embedding stored as .npy, or to that of an image
 *
 * @throws UserError `badArgument` with the forms there are.
 */
export function parseTargetSpec(text: string): TargetSpec {
  const [, kind = '', rest = ''] = /^(\w+):(.+)$/s.exec(text) ?? [];
  const spec = parse(kind, rest.trim());
  if (text !== 'class' && spec === null) {
    throw new UserError('badArgument', `The target is "${text}", but it is one of: ${TARGET_GRAMMAR.join('; ')}.`);
  }
  return spec ?? { kind: 'class', classes: null };
}

function parse(kind: string, rest: string): TargetSpec | null {
  switch (kind) {
    case 'class': {
      const [, one, minus] = /^(\d+)-(\d+)$/.exec(rest) ?? [];
      return { kind, classes: { one: one ?? rest, minus: minus ?? null } };
    }
    case 'output':
      return parseElements(rest);
    case 'box':
      return parseBox(rest);
    case 'mask': {
      const [, output, channel, file] = /^(.+),(\d+),([^,]+)$/.exec(rest) ?? [];
      return output === undefined ? null : { kind, output, channel: Number(channel), file: file.trim() };
    }
    case 'similarity': {
      const [, output = null, file] = /^(?:(.+),)?([^,]+)$/.exec(rest) ?? [];
      return file === undefined ? null : { kind, output, file: file.trim() };
    }
    default:
      return null;
  }
}

function parseElements(rest: string): TargetSpec | null {
  const [, output, list] = /^(.+)\[([\d,:\s]*)\]$/.exec(rest) ?? [];
  if (output === undefined) {
    return null;
  }
  const parts = list.split(',').map((part) => part.trim());
  return parts.every((part) => /^(\d+|:)$/.test(part))
    ? { kind: 'elements', output, index: parts.map((part) => (part === ':' ? null : Number(part))) }
    : null;
}

function parseBox(rest: string): TargetSpec | null {
  const [, output, numbers] = /^(.+?)((?:,\s*\d+\s*){5})$/.exec(rest) ?? [];
  if (output === undefined) {
    return null;
  }
  const [channel, left, top, width, height] = numbers.slice(1).split(',').map(Number);
  return { kind: 'box', output, channel, left, top, width, height };
}
