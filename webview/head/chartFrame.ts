import * as d3 from 'd3';

export interface ChartFrame {
  readonly width: number;
  readonly height: number;
  readonly margin: { readonly top: number; readonly right: number; readonly bottom: number; readonly left: number };
}

/** The two axes of a chart, and what the lower one counts. */
export function drawChartFrame(
  selection: d3.Selection<SVGSVGElement, unknown, null, undefined>,
  { width, height, margin }: ChartFrame,
  axes: { readonly left: d3.Axis<d3.NumberValue>; readonly bottom: d3.Axis<d3.NumberValue> },
  xTitle: string,
): void {
  const placed = [
    { axis: axes.left.tickSizeOuter(0), at: `translate(${margin.left},0)` },
    { axis: axes.bottom.tickSizeOuter(0), at: `translate(0,${height - margin.bottom})` },
  ];
  selection
    .selectAll<SVGGElement, (typeof placed)[number]>('g.axis')
    .data(placed)
    .join((enter) => enter.append('g').attr('class', 'axis'))
    .attr('transform', ({ at }) => at)
    .each(function ({ axis }) {
      axis(d3.select(this));
    });
  selection
    .selectAll('text.axis-title')
    .data([xTitle])
    .join('text')
    .attr('class', 'axis-title')
    .attr('text-anchor', 'middle')
    .attr('x', (margin.left + width - margin.right) / 2)
    .attr('y', height - 4)
    .text((text) => text);
}
