import { parseArgs } from 'node:util';
import { UsageError } from './usageError';

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/** The options of one command and what else it was given. Throws UsageError for an option that it does not have. */
export function parse<const Known extends Options>(argv: readonly string[], options: Known) {
  const args = joinNegativeNumbers(argv, options);
  const parsed = parseStrictly(args, options);
  // As from a variable of a script that is not set.
  const empty = Object.entries(parsed.values).find(([, value]) => [value].flat().includes(''));
  if (empty !== undefined) {
    throw new UsageError(`--${empty[0]} needs a value, but is empty.`);
  }
  if (parsed.positionals.includes('')) {
    throw new UsageError('One of the files has an empty name.');
  }
  return parsed;
}

function parseStrictly<const Known extends Options>(args: string[], options: Known) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(describe(error, args, options), { cause: error });
  }
}

/** `--class -1` is a wrong class and not another option. */
function joinNegativeNumbers(argv: readonly string[], options: Options): string[] {
  const joined: string[] = [];
  for (const text of argv) {
    const name = joined.at(-1)?.replace(/^--/, '') ?? '';
    if (/^-[\d.]/.test(text) && options[name]?.type === 'string' && joined.at(-1) === `--${name}`) {
      joined[joined.length - 1] += `=${text}`;
    } else {
      joined.push(text);
    }
  }
  return joined;
}

function describe(error: unknown, args: readonly string[], options: Options): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const option = /'(?:-\w, )?(--?[^\s'=]+)/.exec(message)?.[1] ?? '';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const known = Object.keys(options).map((name) => `--${name}`);
    return `There is no option ${option} here. The options are: ${known.join(', ')}.`;
  }
  if (code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
    return message;
  }
  if (options[option.slice(2)]?.type === 'boolean') {
    return `${option} takes no value.`;
  }
  const next = args[args.indexOf(option) + 1];
  return next === undefined
    ? `${option} needs a value.`
    : `${option} needs a value, but is followed by the option ${next}. A value that begins with "-" is written ${option}=-….`;
}
