import { describe, expect, it } from 'vitest';
import { openWorkbench } from './workbench/openWorkbench';

describe('the page of a model', () => {
  const opened = openWorkbench();
  const body = () => opened.workbench.model.locator('body');

  it('opens the demo that ships with the extension, and explains its images', async () => {
    await opened.workbench.runCommand('Headlight: Open Demo Model');
    await opened.workbench.model.getByRole('tab', { name: 'CAM' }).click();
    await opened.workbench.model.getByRole('option', { name: /^00_circle\.png: circle/ }).waitFor();
  });

  it('runs no script but its own: none in the document, none from text', async () => {
    const violations = await body().evaluate(async (element) => {
      const found: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) => found.push(event.effectiveDirective));
      const script = document.createElement('script');
      script.textContent = 'window.ranInline = true';
      element.append(script);
      element.insertAdjacentElement(
        'beforeend',
        Object.assign(document.createElement('iframe'), { src: 'https://example.com' }),
      );
      // Violations are reported asynchronously, in order: the frame's comes last.
      const deadline = performance.now() + 50_000;
      while (found.length < 2 && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return { found, ranInline: 'ranInline' in window };
    });
    expect(violations.ranInline).toBe(false);
    expect(violations.found).toContain('script-src-elem');
    expect(violations.found).toContain('frame-src');
  });

  it('cannot reach the network', async () => {
    const isReached = await body().evaluate(() =>
      fetch('https://example.com').then(
        () => true,
        () => false,
      ),
    );
    expect(isReached).toBe(false);
  });

  it('goes from tab to tab with the arrow keys', async () => {
    const { model } = opened.workbench;
    await model.getByRole('tab', { name: 'CAM' }).press('ArrowRight');
    await model.getByRole('tab', { name: 'Images', selected: true }).press('ArrowRight');
    await model.getByRole('tab', { name: 'Graph', selected: true }).waitFor();
    await model.getByRole('tab', { name: 'Graph' }).press('ArrowRight');
    await model.getByRole('tab', { name: 'Summary', selected: true }).waitFor();
  });
});
