import * as d3 from 'd3';
import { formatShare } from '../quantity';
import { toOperatorFamily } from '../graph/operatorFamily';
import { METRICS, type MetricName, type TypeCost } from './cost';
import type { Tooltip } from './tooltip';

const WIDTH = 520;
const ROW = 22;
const MARGIN = { top: 4, right: 110, bottom: 22, left: 140 };

/** Horizontal bars: one operator each, its cost and share at the end. */
export function drawTypeChart(svg: SVGSVGElement, costs: readonly TypeCost[], metric: MetricName, tip: Tooltip): void {
  const { title, format } = METRICS[metric];
  const height = MARGIN.top + MARGIN.bottom + ROW * Math.max(1, costs.length);
  const x = d3.scaleLinear([0, d3.max(costs, ({ cost }) => cost) ?? 1], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = d3
    .scaleBand(
      costs.map(({ opType }) => opType),
      [MARGIN.top, height - MARGIN.bottom],
    )
    .padding(0.25);
  const chart = d3.select(svg).attr('viewBox', `0 0 ${WIDTH} ${height}`).attr('role', 'img');
  chart.attr('aria-label', `${title} by layer type; the table below has the same numbers`);
  chart
    .selectAll<SVGGElement, TypeCost>('g.row')
    .data(costs, ({ opType }) => opType)
    .join((enter) => {
      const row = enter.append('g').attr('class', 'row');
      row.append('text').attr('class', 'row-label').attr('text-anchor', 'end');
      row.append('rect').attr('rx', 2);
      row.append('text').attr('class', 'row-value');
      return row;
    })
    .attr('transform', ({ opType }) => `translate(0,${y(opType) ?? 0})`)
    .on('pointermove', (event: PointerEvent, { opType, layers, cost, share }) => {
      tip.show(
        event,
        `${opType}: ${format(cost)} in ${layers} ${layers === 1 ? 'layer' : 'layers'}, ${formatShare(share)}`,
      );
    })
    .on('pointerleave', () => tip.hide())
    .each(function ({ opType, cost, share }) {
      const row = d3.select(this);
      const middle = y.bandwidth() / 2 + 4;
      row
        .select('.row-label')
        .attr('x', MARGIN.left - 8)
        .attr('y', middle)
        .text(opType);
      row
        .select('rect')
        .attr('class', `bar family-${toOperatorFamily(opType)}`)
        .attr('x', MARGIN.left)
        .attr('width', Math.max(1, x(cost) - MARGIN.left))
        .attr('height', y.bandwidth());
      row
        .select('.row-value')
        .attr('x', Math.max(MARGIN.left + 1, x(cost)) + 6)
        .attr('y', middle)
        .text(`${format(cost)} · ${formatShare(share)}`);
    });
  const axis = d3
    .axisBottom(x)
    .ticks(4)
    .tickFormat((value) => format(value.valueOf()))
    .tickSizeOuter(0);
  chart
    .selectAll<SVGGElement, null>('g.axis')
    .data([null])
    .join((enter) => enter.append('g').attr('class', 'axis'))
    .attr('transform', `translate(0,${height - MARGIN.bottom})`)
    .call(axis);
}
