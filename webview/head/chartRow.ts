import { createTooltip, type Tooltip } from '../summary/tooltip';

export interface ChartRow {
  readonly element: HTMLElement;
  readonly figures: readonly {
    readonly figure: HTMLElement;
    readonly caption: HTMLElement;
    readonly svg: SVGSVGElement;
    readonly tip: Tooltip;
  }[];
}

/** Three charts side by side, still empty. */
export function createChartRow(): ChartRow {
  const element = document.createElement('div');
  element.className = 'head-charts';
  const figures = [0, 1, 2].map(() => {
    const figure = element.appendChild(document.createElement('figure'));
    figure.className = 'chart charts-anchor';
    const caption = figure.appendChild(document.createElement('figcaption'));
    const svg = figure.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
    return { figure, caption, svg, tip: createTooltip(figure) };
  });
  return { element, figures };
}
