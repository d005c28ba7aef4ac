// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { parseColor, toStandaloneSvg, type ResolveStyle } from '../../../../webview/graph/standaloneSvg';

const STYLES: Record<string, Record<string, string>> = {
  body: { fill: 'rgb(32, 32, 32)', stroke: 'color(srgb 0.8 0.8 0.8 / 0.28)', 'stroke-width': '1px' },
  text: { fill: 'rgb(204, 204, 204)', 'font-size': '12px', 'font-weight': '600' },
  gone: { display: 'none' },
  faint: { opacity: '0.3' },
};
const resolve: ResolveStyle = (element) => new Map(Object.entries(STYLES[element.getAttribute('class') ?? ''] ?? {}));

function exported(): Document {
  const page = new DOMParser().parseFromString(
    `<svg xmlns="http://www.w3.org/2000/svg" class="graph-canvas"><g class="faint" role="button" aria-label="Conv" id="item-1">
      <title>Conv &amp; co</title>
      <rect class="body" width="10" height="5" style="--family: red"></rect>
      <rect class="body" width="20" height="5"></rect>
      <text class="text" x="1" y="2">Conv</text><text class="gone">far</text></g></svg>`,
    'image/svg+xml',
  );
  const svg = page.documentElement as unknown as SVGSVGElement;
  const text = toStandaloneSvg(svg, { x: 100, y: 50, width: 30.123, height: 20 }, 'rgb(1, 2, 3)', resolve);
  return new DOMParser().parseFromString(text, 'image/svg+xml');
}

describe('an exported SVG', () => {
  const file = exported();
  const root = file.documentElement;

  it('is well-formed and as large as the area with a margin', () => {
    expect(file.querySelector('parsererror')).toBeNull();
    expect(root.getAttribute('viewBox')).toBe('84 34 62.12 52');
    expect([root.getAttribute('width'), root.getAttribute('height')]).toEqual(['62.12', '52']);
  });

  it('carries resolved styles of its own, once for all that look the same', () => {
    const [first, second] = [...root.querySelectorAll('g rect')];
    expect(first.getAttribute('class')).toBe(second.getAttribute('class'));
    const sheet = root.querySelector('style')!.textContent;
    expect(sheet).toContain(
      `.${first.getAttribute('class')}{fill:#202020;stroke:#cccccc;stroke-opacity:0.28;stroke-width:1px}`,
    );
    expect(sheet).toContain('fill:#cccccc;font-size:12px;font-weight:600');
    expect(sheet).toContain('{opacity:0.3}');
    expect(sheet).not.toContain('var(');
    expect(root.getAttribute('font-family')).toContain('sans-serif');
  });

  it('leaves out what is hidden and what only the page understands, but keeps names', () => {
    const text = new XMLSerializer().serializeToString(root);
    expect(text).not.toMatch(/role=|aria-|id=|--family|far/);
    expect(root.querySelector('g > title')!.textContent).toBe('Conv & co');
  });

  it('has the editor’s background', () => {
    expect(root.querySelector('rect')!.getAttribute('fill')).toBe('rgb(1, 2, 3)');
  });
});

describe('resolved colours', () => {
  it('become what every SVG program reads', () => {
    expect(parseColor('rgb(255, 0, 128)')).toEqual({ hex: '#ff0080', alpha: 1 });
    expect(parseColor('rgba(0, 0, 0, 0)')).toEqual({ hex: '#000000', alpha: 0 });
    expect(parseColor('color(srgb 1 0.5 -1e-7 / 0.5)')).toEqual({ hex: '#ff8000', alpha: 0.5 });
    expect(parseColor('none')).toBeNull();
  });
});
