import { describe, expect, it } from 'vitest';
import { describeCommand, HELP } from '../../../src/cli/help';

const commands = [...HELP.matchAll(/^ {2}headlight (\w+) /gm)].map(([, command]) => command);

describe('the help of one command', () => {
  it('is there for every command, with its own options and no others', () => {
    expect(commands).toHaveLength(9);
    for (const command of commands) {
      const help = describeCommand(command);
      expect(help).toMatch(new RegExp(`Usage\\n  headlight ${command} .*\\n\\nOptions of .*${command}`));
      expect(help).toMatch(/\nAll\n {2}--json.*\n {2}--help, --version\n\nExit code: 0 done.*\n$/s);
      const others = commands.filter((other) => other !== command);
      expect(others.filter((other) => new RegExp(`^Options of ${other}(:|$)`, 'm').test(help))).toEqual([]);
    }
    expect(describeCommand('features')).toContain('Options of fit and features\n  --data');
    expect(describeCommand('cam')).toContain('--resume');
  });

  it('is all of it for a word that is no command', () => {
    expect(describeCommand('draw')).toBe(HELP);
  });
});
