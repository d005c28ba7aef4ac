import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(__dirname, '../../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const readTexts = (file: string) => JSON.parse(read(file)) as Record<string, string>;
const placeholders = (text: string) => (text.match(/\{\d+\}|%\w+%|command:[\w.]+|\$\([\w-]+\)/g) ?? []).sort();

describe('translations', () => {
  const english = readTexts('package.nls.json');
  const chinese = readTexts('package.nls.zh-cn.json');
  const runtime = readTexts('l10n/bundle.l10n.zh-cn.json');

  it('cover every text of package.json in both languages, and nothing else', () => {
    const used = new Set([...read('package.json').matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => key));
    expect(Object.keys(english).sort()).toEqual([...used].sort());
    expect(Object.keys(chinese).sort()).toEqual([...used].sort());
  });

  it('cover every text that the host shows', () => {
    const sources = readdirSync(path.join(root, 'src/host')).map((file) => read(`src/host/${file}`));
    const shown = sources.flatMap((source) =>
      [...source.matchAll(/l10n\.t\(\s*'((?:[^'\\]|\\.)*)'/g)].map(([, text]) => text),
    );
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.filter((text) => !(text in runtime))).toEqual([]);
  });

  it('keep placeholders, icons and links', () => {
    for (const [text, translated] of [
      ...Object.entries(runtime),
      ...Object.keys(english).map((key) => [english[key], chinese[key]]),
    ]) {
      expect(placeholders(translated), translated).toEqual(placeholders(text));
    }
  });
});
