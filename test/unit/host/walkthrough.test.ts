import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = path.join(__dirname, '../../../media/walkthrough');
const pictures = readdirSync(folder).filter((file) => file.endsWith('.svg'));

describe('pictures of the walkthrough', () => {
  // VS Code lets no style in a picture through: what relies on one is black on black in a dark theme.
  it.each(pictures)('take the theme’s colours without a style of their own: %s', (file) => {
    const svg = readFileSync(path.join(folder, file), 'utf8');
    expect(svg).not.toMatch(/<style|style=|class=/);
    for (const [text] of svg.matchAll(/<text[^>]*>/g)) {
      expect(text).toContain('fill="var(--vscode-');
    }
  });

  it('are there', () => expect(pictures.length).toBeGreaterThan(0));
});
