/** What decides how an element looks, as the browser has resolved it. */
export type ResolveStyle = (element: Element, parent: Element | null) => ReadonlyMap<string, string>;

/** Generic, since the editor's own font is not everywhere; texts keep their widths by and large. */
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';

/**
 * Text of an SVG file that looks the same without the page: resolved styles in a style sheet of its own, nothing that
 * only the page understands. `source` is changed. Elements that the page hides are left out.
 */
export function toStandaloneSvg(
  source: SVGSVGElement,
  area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  background: string,
  resolve: ResolveStyle,
): string {
  const rules = new Map<string, string>();
  const visit = (element: Element, parent: Element | null): void => {
    const style = resolve(element, parent);
    const children = [...element.children];
    if (style.get('display') === 'none') {
      element.remove();
      return;
    }
    const rule = toRule(element, style);
    children.forEach((child) => visit(child, element));
    for (const { name } of [...element.attributes]) {
      if (name.startsWith('aria-') || PAGE_ATTRIBUTES.has(name)) {
        element.removeAttribute(name);
      }
    }
    if (rule !== '') {
      const className = rules.get(rule) ?? `s${rules.size}`;
      rules.set(rule, className);
      element.setAttribute('class', className);
    }
  };
  [...source.children].filter(({ tagName }) => tagName !== 'defs').forEach((child) => visit(child, null));
  const arrow = source.querySelector('.arrow');
  if (arrow !== null) {
    visit(arrow, null);
  }
  const margin = 16;
  const [width, height] = [area.width + 2 * margin, area.height + 2 * margin];
  source.removeAttribute('class');
  source.setAttribute('viewBox', [area.x - margin, area.y - margin, width, height].map(toShort).join(' '));
  source.setAttribute('width', toShort(width));
  source.setAttribute('height', toShort(height));
  source.setAttribute('font-family', FONT);
  const sheet = document.createElementNS(SVG, 'style');
  sheet.textContent = [...rules].map(([rule, className]) => `.${className}{${rule}}`).join('\n');
  source.prepend(sheet, createBackground(area.x - margin, area.y - margin, width, height, background));
  return new XMLSerializer().serializeToString(source);
}

const SVG = 'http://www.w3.org/2000/svg';
const PAGE_ATTRIBUTES = new Set(['class', 'style', 'role', 'tabindex', 'id']);
const SHAPES = new Set(['rect', 'path', 'text', 'line', 'circle']);

function createBackground(x: number, y: number, width: number, height: number, color: string): SVGRectElement {
  const rectangle = document.createElementNS(SVG, 'rect');
  for (const [name, value] of Object.entries({ x, y, width, height })) {
    rectangle.setAttribute(name, toShort(value));
  }
  rectangle.setAttribute('fill', color);
  return rectangle;
}

function toShort(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function toRule({ tagName }: Element, style: ReadonlyMap<string, string>): string {
  const declarations: string[] = [];
  const opacity = style.get('opacity') ?? '1';
  if (opacity !== '1' && opacity !== '') {
    declarations.push(`opacity:${opacity}`);
  }
  if (SHAPES.has(tagName)) {
    declarations.push(...toPaint('fill', style.get('fill') ?? 'none'));
    const stroke = style.get('stroke') ?? 'none';
    if (stroke !== 'none' && stroke !== '') {
      declarations.push(...toPaint('stroke', stroke), `stroke-width:${style.get('stroke-width') ?? '1'}`);
    }
  }
  if (tagName === 'text') {
    declarations.push(
      `font-size:${style.get('font-size') ?? '12px'}`,
      `font-weight:${style.get('font-weight') ?? '400'}`,
    );
  }
  return declarations.join(';');
}

function toPaint(property: 'fill' | 'stroke', color: string): string[] {
  const parsed = parseColor(color);
  if (parsed === null) {
    return [`${property}:${color}`];
  }
  const { hex, alpha } = parsed;
  if (alpha === 0) {
    return [`${property}:none`];
  }
  return alpha === 1 ? [`${property}:${hex}`] : [`${property}:${hex}`, `${property}-opacity:${alpha}`];
}

/** `rgb(1, 2, 3)`, `rgba(…)` and `color(srgb 0.1 0.2 0.3 / 0.4)` (of color-mix) as every SVG program reads colours. */
export function parseColor(color: string): { readonly hex: string; readonly alpha: number } | null {
  const numbers = (color.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
  const isFraction = color.startsWith('color(srgb');
  if ((!isFraction && !color.startsWith('rgb')) || numbers.length < 3) {
    return null;
  }
  const channels = numbers
    .slice(0, 3)
    .map((value) => Math.round(Math.min(1, Math.max(0, isFraction ? value : value / 255)) * 255));
  return {
    hex: `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`,
    alpha: numbers[3] ?? 1,
  };
}
