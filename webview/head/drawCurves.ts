import * as d3 from 'd3';
import type { Tooltip } from '../summary/tooltip';
import { drawChartFrame } from './chartFrame';

/** One line of a chart. */
interface Curve {
  readonly name: string;
  readonly className: string;
  readonly values: readonly number[];
}

export interface CurveChart {
  readonly description: string;
  readonly xTitle: string;
  readonly xScale: 'linear' | 'logarithmic';
  readonly x: readonly number[];
  readonly curves: readonly Curve[];
  /** Where the sliders stand. */
  readonly mark: number;
  readonly format: (value: number) => string;
}

const WIDTH = 380;
const HEIGHT = 230;
const MARGIN = { top: 14, right: 12, bottom: 36, left: 80 };

/** Lines over a common x, values upwards on a logarithmic axis; a vertical line marks the present place. */
export function drawCurves(svg: SVGSVGElement, chart: CurveChart, tip: Tooltip): void {
  const { x: places, curves, mark, format, description, xTitle } = chart;
  const [left, right] = [places[0], places[places.length - 1]];
  const range = [MARGIN.left, WIDTH - MARGIN.right];
  const x = chart.xScale === 'linear' ? d3.scaleLinear([left, right], range) : d3.scaleLog([left, right], range);
  const all = curves.flatMap(({ values }) => values).filter((value) => value > 0);
  const y = d3.scaleLog([d3.min(all) ?? 1, (d3.max(all) ?? 10) * 1.05], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice();
  const selection = d3.select(svg).attr('viewBox', `0 0 ${WIDTH} ${HEIGHT}`).attr('role', 'img');
  selection.attr('aria-label', description);
  drawAxes(selection, x, y, chart);
  const line = d3
    .line<number>()
    .defined((value) => value > 0)
    .x((_, index) => x(places[index]))
    .y((value) => y(value));
  selection
    .selectAll<SVGPathElement, Curve>('path.curve')
    .data(curves, ({ name }) => name)
    .join('path')
    .attr('class', ({ className }) => `curve ${className}`)
    .attr('d', ({ values }) => line([...values]));
  const isInside = mark >= left && mark <= right;
  selection
    .selectAll('line.curve-mark')
    .data(isInside ? [mark] : [])
    .join('line')
    .attr('class', 'curve-mark')
    .attr('x1', x)
    .attr('x2', x)
    .attr('y1', MARGIN.top)
    .attr('y2', HEIGHT - MARGIN.bottom);
  selection
    .on('pointermove', (event: PointerEvent) => {
      const [along] = d3.pointer(event, svg);
      const nearest = d3.leastIndex(places, (a, b) => Math.abs(x(a) - along) - Math.abs(x(b) - along)) ?? 0;
      const texts = curves.map(({ name, values }) => `${name} ${format(values[nearest])}`);
      tip.show(event, `${xTitle} ${places[nearest]}: ${texts.join(', ')}`);
    })
    .on('pointerleave', () => tip.hide());
}

function drawAxes(
  selection: d3.Selection<SVGSVGElement, unknown, null, undefined>,
  x: d3.ScaleLinear<number, number> | d3.ScaleLogarithmic<number, number>,
  y: d3.ScaleLogarithmic<number, number>,
  { x: places, xScale, xTitle, format }: CurveChart,
): void {
  const decades = y.ticks().filter((value) => Math.abs(Math.log10(value) % 1) < 1e-9);
  const yTicks = decades.length >= 2 ? decades : y.ticks(4);
  const xAxis = d3.axisBottom(x).tickFormat(d3.format('d'));
  // Every other power of two: the ticks of a logarithmic scale would be those of ten.
  xAxis.tickValues(xScale === 'linear' ? x.ticks(5) : places.filter((_, index) => index % 2 === 0));
  const yAxis = d3
    .axisLeft(y)
    .tickValues(yTicks)
    .tickFormat((value) => format(value.valueOf()));
  drawChartFrame(selection, { width: WIDTH, height: HEIGHT, margin: MARGIN }, { left: yAxis, bottom: xAxis }, xTitle);
}
