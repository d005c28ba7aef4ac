import * as d3 from 'd3';
import type { Tooltip } from '../summary/tooltip';
import { drawChartFrame } from './chartFrame';

/** Points in the order of their x; a third number is how many images a point stands for. */
interface Line {
  readonly name: string;
  readonly className: string;
  readonly points: readonly (readonly [x: number, y: number, count?: number])[];
}

export interface LineChart {
  readonly description: string;
  readonly x: {
    readonly title: string;
    readonly scale: 'linear' | 'logarithmic';
    readonly domain: readonly [number, number];
    readonly format: (value: number) => string;
    /** Where there is something to read off; otherwise round values. */
    readonly ticks?: readonly number[];
  };
  readonly y: { readonly domain: readonly [number, number]; readonly format: (value: number) => string };
  /** Whether y = x is drawn. */
  readonly diagonal: boolean;
  readonly lines: readonly Line[];
}

type Scale = d3.ScaleLinear<number, number> | d3.ScaleLogarithmic<number, number>;

const WIDTH = 380;
const HEIGHT = 230;
const MARGIN = { top: 14, right: 24, bottom: 36, left: 50 };

/** Lines with their measured points; a point says what it is under the pointer. */
export function drawLines(svg: SVGSVGElement, chart: LineChart, tip: Tooltip): void {
  const { x: along, y: upwards, lines, diagonal, description } = chart;
  const x = createScale(along.scale, along.domain);
  const y = d3.scaleLinear([...upwards.domain], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice();
  const selection = d3.select(svg).attr('viewBox', `0 0 ${WIDTH} ${HEIGHT}`).attr('role', 'img');
  selection.attr('aria-label', description);
  drawAxes(selection, x, y, chart);
  selection
    .selectAll('line.curve-mark')
    .data(diagonal ? [0] : [])
    .join('line')
    .attr('class', 'curve-mark')
    .attr('x1', x(0))
    .attr('y1', y(0))
    .attr('x2', x(1))
    .attr('y2', y(1));
  const path = d3.line<Line['points'][number]>(
    ([place]) => x(place),
    ([, value]) => y(value),
  );
  selection
    .selectAll<SVGPathElement, Line>('path.curve')
    .data(lines, ({ name }) => name)
    .join('path')
    .attr('class', ({ className }) => `curve ${className}`)
    .attr('d', ({ points }) => path([...points]));
  const radius = createRadius(lines);
  selection
    .selectAll<SVGCircleElement, { readonly line: Line }>('circle')
    .data(lines.flatMap((line) => line.points.map((point) => ({ line, point }))))
    .join('circle')
    .attr('class', ({ line }) => `curve-point ${line.className}`)
    .attr('cx', ({ point }) => x(point[0]))
    .attr('cy', ({ point }) => y(point[1]))
    .attr('r', ({ point }) => radius(point[2]))
    .on('pointermove', (event: PointerEvent, { line, point: [place, value, count] }) => {
      const images = count === undefined ? '' : `, ${count} images`;
      tip.show(event, `${line.name}: ${upwards.format(value)} at ${along.title} ${along.format(place)}${images}`);
    })
    .on('pointerleave', () => tip.hide());
}

function createScale(kind: LineChart['x']['scale'], [first, last]: readonly [number, number]): Scale {
  const range = [MARGIN.left, WIDTH - MARGIN.right];
  // A single place: some room on both sides.
  const domain = first < last ? [first, last] : [first / 2, first * 2];
  return kind === 'linear' ? d3.scaleLinear(domain, range) : d3.scaleLog(domain, range);
}

/** Area by the number of images. */
function createRadius(lines: readonly Line[]): (count: number | undefined) => number {
  const most = d3.max(lines.flatMap(({ points }) => points.map(([, , count]) => count ?? 0))) ?? 0;
  const scale = d3.scaleSqrt([0, Math.max(1, most)], [2, 8]);
  return (count) => (count === undefined ? 3 : scale(count));
}

function drawAxes(
  selection: d3.Selection<SVGSVGElement, unknown, null, undefined>,
  x: Scale,
  y: d3.ScaleLinear<number, number>,
  chart: LineChart,
): void {
  const bottom = d3
    .axisBottom(x)
    .ticks(4)
    .tickFormat((value) =>
      chart.x.ticks === undefined && x.tickFormat(4)(value.valueOf()) === '' ? '' : chart.x.format(value.valueOf()),
    );
  if (chart.x.ticks !== undefined) {
    bottom.tickValues([...chart.x.ticks]);
  }
  const left = d3
    .axisLeft(y)
    .ticks(5)
    .tickFormat((value) => chart.y.format(value.valueOf()));
  drawChartFrame(selection, { width: WIDTH, height: HEIGHT, margin: MARGIN }, { left, bottom }, chart.x.title);
}
