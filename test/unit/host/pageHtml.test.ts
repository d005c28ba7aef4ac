import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { createPageHtml } from '../../../src/host/pageHtml';

const sources = {
  cspSource: 'https://*.vscode-cdn.net',
  scriptUri: 'https://file.vscode-cdn.net/dist/webview.js',
  styleUri: 'https://file.vscode-cdn.net/dist/webview.css',
  nonce: 'abc123',
  language: 'zh-cn',
};

describe('createPageHtml', () => {
  const { document } = new JSDOM(createPageHtml(sources)).window;
  const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content') ?? '';

  it('allows nothing by default and scripts by nonce only', () => {
    expect(policy).toContain(`default-src 'none'`);
    expect(policy).toContain(`script-src 'nonce-abc123';`);
    expect(policy).not.toMatch(/unsafe-(inline|eval)/);
  });

  it('holds one script, from the extension, and no inline code or style', () => {
    const scripts = [...document.querySelectorAll('script')];
    expect(scripts.map((script) => [script.src, script.nonce, script.textContent])).toEqual([
      [sources.scriptUri, 'abc123', ''],
    ]);
    expect(document.querySelectorAll('style, [style], [onload], [onclick]')).toHaveLength(0);
    expect(document.documentElement.lang).toBe('zh-cn');
  });
});
