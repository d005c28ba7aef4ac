import * as d3 from 'd3';
import { toOperatorFamily } from '../graph/operatorFamily';
import { METRICS, type DepthBin, type MetricName } from './cost';
import type { Tooltip } from './tooltip';

const WIDTH = 520;
const HEIGHT = 240;
const MARGIN = { top: 18, right: 8, bottom: 34, left: 52 };

/** Bars in execution order from the input (left) to the output; the head's place is marked. */
export function drawDepthChart(
  svg: SVGSVGElement,
  bins: readonly DepthBin[],
  metric: MetricName,
  tip: Tooltip,
  open: (bin: DepthBin) => void,
): void {
  const { title, format } = METRICS[metric];
  const x = d3.scaleLinear([0, Math.max(1, bins.length)], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = d3.scaleLinear([0, d3.max(bins, ({ cost }) => cost) || 1], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice();
  const chart = d3.select(svg).attr('viewBox', `0 0 ${WIDTH} ${HEIGHT}`).attr('role', 'img');
  chart.attr('aria-label', `${title} along the execution order; the table of layers below has the same numbers`);
  const width = Math.max(1, x(1) - x(0) - (bins.length > 120 ? 0.3 : 1.5));
  drawHeadMark(chart, bins, x);
  chart
    .selectAll<SVGRectElement, DepthBin>('rect.bar')
    .data(bins, ({ first }) => first.index)
    .join('rect')
    .attr('class', ({ opType }) => `bar family-${toOperatorFamily(opType)}`)
    .attr('x', (_, position) => x(position))
    .attr('width', width)
    .attr('y', ({ cost }) => y(cost))
    .attr('height', ({ cost }) => y(0) - y(cost))
    .on('pointermove', (event: PointerEvent, bin) => tip.show(event, `${toBinName(bin)}: ${format(bin.cost)}`))
    .on('pointerleave', () => tip.hide())
    .on('click', (_, bin) => open(bin));
  const axes = [
    {
      axis: d3
        .axisLeft(y)
        .ticks(5)
        .tickFormat((value) => format(value.valueOf()))
        .tickSizeOuter(0),
      transform: `translate(${MARGIN.left},0)`,
    },
    { axis: toDepthAxis(x, bins), transform: `translate(0,${HEIGHT - MARGIN.bottom})` },
  ];
  chart
    .selectAll<SVGGElement, (typeof axes)[number]>('g.axis')
    .data(axes)
    .join((enter) => enter.append('g').attr('class', 'axis'))
    .attr('transform', ({ transform }) => transform)
    .each(function ({ axis }) {
      axis(d3.select(this));
    });
  chart
    .selectAll('text.axis-title')
    .data(['layers in execution order, input to output'])
    .join('text')
    .attr('class', 'axis-title')
    .attr('text-anchor', 'middle')
    .attr('x', (MARGIN.left + WIDTH - MARGIN.right) / 2)
    .attr('y', HEIGHT - 3)
    .text((text) => text);
}

function toBinName({ first, last, layers, opType }: DepthBin): string {
  const name = (layer: DepthBin['first']): string => layer.name || `${layer.opType} ${layer.index}`;
  return layers === 1 ? `${opType} ${first.name}` : `${layers} layers, ${name(first)} to ${name(last)}`;
}

/** Layers that cost or carry something are counted from 1, each in the middle of its bar. */
function toDepthAxis(x: d3.ScaleLinear<number, number>, bins: readonly DepthBin[]): d3.Axis<d3.NumberValue> {
  const perBin = bins[0]?.layers ?? 1;
  const order = d3.scaleLinear([0.5, perBin * Math.max(1, bins.length) + 0.5], x.range());
  return d3
    .axisBottom(order)
    .tickValues(order.ticks(6).filter(Number.isInteger))
    .tickFormat(d3.format('d'))
    .tickSizeOuter(0);
}

function drawHeadMark(
  chart: d3.Selection<SVGSVGElement, unknown, null, undefined>,
  bins: readonly DepthBin[],
  x: d3.ScaleLinear<number, number>,
): void {
  const marked = bins.flatMap(({ isHead }, position) => (isHead ? [position] : []));
  const span = marked.length === 0 ? [] : [{ from: marked[0], to: marked[marked.length - 1] + 1 }];
  chart
    .selectAll<SVGGElement, (typeof span)[number]>('g.head-mark')
    .data(span)
    .join((enter) => {
      const mark = enter.append('g').attr('class', 'head-mark');
      mark
        .append('rect')
        .attr('y', MARGIN.top)
        .attr('height', HEIGHT - MARGIN.top - MARGIN.bottom);
      mark
        .append('text')
        .attr('y', MARGIN.top - 6)
        .attr('text-anchor', 'end')
        .text('head');
      return mark;
    })
    .each(function ({ from, to }) {
      d3.select(this)
        .select('rect')
        .attr('x', x(from))
        .attr('width', Math.max(3, x(to) - x(from)));
      d3.select(this).select('text').attr('x', x(to));
    });
}
