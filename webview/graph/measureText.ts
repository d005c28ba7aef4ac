import type { MeasureText, TextStyle } from './boxContent';

/** Sizes and weights of graph.css, `.text-…`. */
const FONTS: Record<TextStyle, { readonly size: number; readonly weight: number }> = {
  title: { size: 12, weight: 600 },
  detail: { size: 11, weight: 400 },
  label: { size: 12, weight: 400 },
  small: { size: 11, weight: 400 },
};

/** Measures with a canvas in the editor's interface font; remembers, since names repeat. */
export function createMeasure(): MeasureText {
  const context = document.createElement('canvas').getContext('2d');
  const family = getComputedStyle(document.body).fontFamily || 'sans-serif';
  const widths = new Map<string, number>();
  return (text, style) => {
    const key = `${style}|${text}`;
    let width = widths.get(key);
    if (width === undefined) {
      const { size, weight } = FONTS[style];
      if (context !== null) {
        context.font = `${weight} ${size}px ${family}`;
      }
      width = context?.measureText(text).width ?? text.length * size * 0.55;
      widths.set(key, width);
    }
    return width;
  };
}
