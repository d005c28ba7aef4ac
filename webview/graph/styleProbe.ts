import type { ResolveStyle } from './standaloneSvg';

const PROPERTIES = ['display', 'opacity', 'fill', 'stroke', 'stroke-width', 'font-size', 'font-weight'];

export interface StyleProbe {
  readonly resolve: ResolveStyle;
  dispose(): void;
}

/**
 * Tells how elements of a picture that is not in the page would look there. Elements with the same classes all the way
 * up look the same, so one of each is put into the page and asked, however large the picture is.
 */
export function createStyleProbe(page: HTMLElement, className: string): StyleProbe {
  const root = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  root.setAttribute('class', className);
  root.style.visibility = 'hidden';
  root.style.position = 'absolute';
  page.append(root);
  const probes = new Map<string, { readonly probe: Element; readonly style: ReadonlyMap<string, string> }>();
  const keys = new WeakMap<Element, string>();
  return {
    resolve(element, parent) {
      const parentKey = (parent === null ? undefined : keys.get(parent)) ?? '';
      const own = `${element.tagName}.${element.getAttribute('class') ?? ''}{${element.getAttribute('style') ?? ''}}`;
      const key = `${parentKey}/${own}`;
      keys.set(element, key);
      let known = probes.get(key);
      if (known === undefined) {
        const probe = element.cloneNode(false) as Element;
        probe.removeAttribute('id');
        (probes.get(parentKey)?.probe ?? root).append(probe);
        const computed = getComputedStyle(probe);
        const style = new Map(PROPERTIES.map((name) => [name, computed.getPropertyValue(name)]));
        known = { probe, style };
        probes.set(key, known);
      }
      return known.style;
    },
    dispose: () => root.remove(),
  };
}
