import * as d3 from 'd3';
import type { TensorStatistics } from '../../src/protocol/messages';
import { formatCount, formatSignificant } from '../quantity';

const WIDTH = 290;
const HEIGHT = 90;
const MARGIN = { top: 6, right: 6, bottom: 18, left: 6 };

/** Bars of equal-width bins with an axis of values; the counts are in the bars' titles. */
export function histogramElement({ histogram, minimum, maximum }: TensorStatistics): SVGSVGElement {
  const svg = d3
    .create('svg')
    .attr('class', 'histogram')
    .attr('viewBox', `0 0 ${WIDTH} ${HEIGHT}`)
    .attr('role', 'img')
    .attr('aria-label', `Histogram from ${formatSignificant(minimum, 4)} to ${formatSignificant(maximum, 4)}`);
  // A constant tensor has no width; draw its one bar in the middle of something.
  const [low, high] = minimum < maximum ? [minimum, maximum] : [minimum - 0.5, minimum + 0.5];
  const x = d3.scaleLinear([low, high], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = d3.scaleLinear([0, d3.max(histogram) ?? 1], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const step = (high - low) / Math.max(1, histogram.length);
  svg
    .append('g')
    .selectAll('rect')
    .data(histogram)
    .join('rect')
    .attr('class', 'bar')
    .attr('x', (_, bin) => x(low + bin * step) + 0.5)
    .attr('width', Math.max(1, x(low + step) - x(low) - 1))
    .attr('y', (count) => y(count))
    .attr('height', (count) => y(0) - y(count))
    .append('title')
    .text((count, bin) => {
      const [from, to] = [low + bin * step, low + (bin + 1) * step];
      return `${formatSignificant(from, 4)} to ${formatSignificant(to, 4)}: ${formatCount(count)}`;
    });
  svg
    .append('g')
    .attr('class', 'axis')
    .attr('transform', `translate(0,${HEIGHT - MARGIN.bottom})`)
    .call(d3.axisBottom(x).ticks(5).tickSizeOuter(0));
  return svg.node() as SVGSVGElement;
}
