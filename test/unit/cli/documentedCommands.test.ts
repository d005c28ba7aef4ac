import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments';
import { describeCommand, HELP } from '../../../src/cli/help';

const root = path.join(__dirname, '../../..');
const documents = ['README.md', ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`)];

/** Words of a shell line up to a comment or a pipe. */
function splitWords(line: string): string[] {
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
  const end = words.findIndex((word) => word === '#' || word === '|');
  return end < 0 ? words : words.slice(0, end);
}

const commands = documents.flatMap((document) =>
  [...readFileSync(path.join(root, document), 'utf8').matchAll(/```sh\n(.*?)```/gs)]
    .flatMap(([, block]) => block.split('\n'))
    .map((line) => /^(?:headlight|node dist\/cli\.js) (.+)$/.exec(line)?.[1] ?? '')
    .filter((line) => line !== '')
    .map((line) => [document, line] as const),
);

describe('the commands of the documentation', () => {
  it('are found', () => {
    expect(new Set(commands.map(([document]) => document)).size).toBeGreaterThanOrEqual(3);
    expect(commands.length).toBeGreaterThanOrEqual(15);
  });

  it.each(commands)('are understood: %s: %s', (_, line) => {
    expect(() => parseArguments(splitWords(line))).not.toThrow();
  });
});

describe('the help text', () => {
  const options = (text: string) => new Set([...text.matchAll(/--[a-z][\w-]*/g)].map(([option]) => option));

  it.each([...HELP.matchAll(/^ {2}headlight (\w+) /gm)].map(([, command]) => command))(
    'names every option of %s',
    (command) => {
      let message = '';
      try {
        parseArguments([command, '--no-such-option']);
      } catch (error) {
        message = String(error);
      }
      const known = [...options(message.slice(message.indexOf('The options are')))];
      expect(known.length).toBeGreaterThan(1);
      expect(known.filter((option) => !options(describeCommand(command)).has(option))).toEqual([]);
    },
  );
});
