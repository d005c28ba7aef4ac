import * as d3 from 'd3';
import type { MachineSpeed } from '../../src/protocol/measurement';
import type { LayerReport } from '../../src/protocol/modelReport';
import { toOperatorFamily } from '../graph/operatorFamily';
import { formatCount, formatMilliseconds, formatShare, formatSignificant } from '../quantity';
import { computeRoof, type Roofline, type RooflinePoint, type RooflineVariant } from './roofline';
import type { Tooltip } from './tooltip';

const WIDTH = 860;
const HEIGHT = 400;
const MARGIN = { top: 22, right: 24, bottom: 44, left: 64 };
/** Circles in viewBox units; area follows the measured time. */
const RADIUS = { plain: 4.5, least: 2.5, most: 22 };

type Scale = d3.ScaleLogarithmic<number, number>;
type Chart = d3.Selection<SVGSVGElement, unknown, null, undefined>;

/**
 * Log-log: FLOP per byte to the right; upwards FLOP per second under the machine's measured roof, or before measuring
 * the derived FLOP of each layer.
 */
export function drawRoofline(
  svg: SVGSVGElement,
  roofline: Roofline,
  tip: Tooltip,
  open: (layer: LayerReport) => void,
): void {
  const { points, variants, machine } = roofline;
  const heightOf = ({ time, flops }: RooflinePoint) => (machine === null ? flops : (time?.flopsPerSecond ?? 0));
  const variantHeight = (variant: RooflineVariant) =>
    machine === null ? variant.flops : computeRoof(machine, variant.intensity);
  const ridge = machine === null ? [] : [machine.flopsPerSecond / machine.bytesPerSecond];
  const x = toScale([...points, ...variants].map(({ intensity }) => intensity).concat(ridge.map((one) => one * 2)), [
    MARGIN.left,
    WIDTH - MARGIN.right,
  ]);
  const peak = machine === null ? [] : [machine.flopsPerSecond];
  const y = toScale(
    [...points.map(heightOf), ...variants.map(variantHeight), ...peak],
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  const chart: Chart = d3.select(svg).attr('viewBox', `0 0 ${WIDTH} ${HEIGHT}`).attr('role', 'img');
  chart.attr(
    'aria-label',
    `${points.length} layers by arithmetic intensity and ${machine === null ? 'cost' : 'measured speed'}; the table of layers has the same numbers`,
  );
  drawAxes(chart, x, y, machine === null ? 'FLOP per image (derived)' : 'FLOP per second (measured)');
  drawRoof(chart, x, y, machine);
  const area = d3.scaleSqrt([0, d3.max(points, ({ time }) => time?.share ?? 0) || 1], [RADIUS.least, RADIUS.most]);
  chart
    .selectAll<SVGCircleElement, RooflinePoint>('circle.point')
    .data(points, ({ layer }) => layer.index)
    .join('circle')
    .attr(
      'class',
      ({ layer, isHead }) => `point family-${toOperatorFamily(layer.opType)} ${isHead ? 'point-head' : ''}`,
    )
    .attr('cx', ({ intensity }) => x(intensity))
    .attr('cy', (point) => y(heightOf(point)))
    .attr('r', ({ time }) => (time === null ? RADIUS.plain : area(time.share)))
    .on('pointermove', (event: PointerEvent, point) => tip.show(event, describePoint(point)))
    .on('pointerleave', () => tip.hide())
    .on('click', (_, { layer }) => open(layer));
  drawVariants(chart, variants, x, (variant) => y(variantHeight(variant)), tip, machine);
}

/** Whole decades around the values, so that grid lines bear round numbers. */
function toScale(values: readonly number[], range: [number, number]): Scale {
  const [least, most] = [d3.min(values) ?? 1, d3.max(values) ?? 10];
  const low = 10 ** Math.floor(Math.log10(least));
  const high = 10 ** Math.ceil(Math.log10(most * 1.05));
  return d3.scaleLog([low, high === low ? low * 10 : high], range);
}

function drawAxes(chart: Chart, x: Scale, y: Scale, title: string): void {
  const format = (value: d3.NumberValue) => (isDecade(value.valueOf()) ? formatDecade(value.valueOf()) : '');
  const axes = [
    {
      axis: d3
        .axisBottom(x)
        .tickFormat(format)
        .tickSize(-(HEIGHT - MARGIN.top - MARGIN.bottom))
        .tickPadding(8),
      at: `translate(0,${HEIGHT - MARGIN.bottom})`,
    },
    {
      axis: d3
        .axisLeft(y)
        .tickFormat(format)
        .tickSize(-(WIDTH - MARGIN.left - MARGIN.right))
        .tickPadding(8),
      at: `translate(${MARGIN.left},0)`,
    },
  ];
  chart
    .selectAll<SVGGElement, (typeof axes)[number]>('g.axis')
    .data(axes)
    .join((enter) => enter.append('g').attr('class', 'axis grid'))
    .attr('transform', ({ at }) => at)
    .each(function ({ axis }) {
      axis(d3.select(this));
      d3.select(this)
        .selectAll<SVGGElement, number>('.tick')
        .classed('decade', (value) => isDecade(value));
    });
  const titles = [
    {
      text: 'arithmetic intensity: FLOP per byte moved (derived)',
      at: `translate(${(MARGIN.left + WIDTH - MARGIN.right) / 2},${HEIGHT - 6})`,
    },
    { text: title, at: `translate(14,${(MARGIN.top + HEIGHT - MARGIN.bottom) / 2}) rotate(-90)` },
  ];
  chart
    .selectAll<SVGTextElement, (typeof titles)[number]>('text.axis-title')
    .data(titles)
    .join('text')
    .attr('class', 'axis-title')
    .attr('text-anchor', 'middle')
    .attr('transform', ({ at }) => at)
    .text(({ text }) => text);
}

function isDecade(value: number): boolean {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6;
}

/** 0.1, 10, 1 k, 100 M. */
function formatDecade(value: number): string {
  return value < 1000 ? formatSignificant(value, 1) : formatCount(value).replace(/^(\d),000$/, '$1 k');
}

/** The measured ceiling: bandwidth times intensity up to the ridge, then the peak. */
function drawRoof(chart: Chart, x: Scale, y: Scale, machine: MachineSpeed | null): void {
  const [left, right] = x.domain();
  const roofs =
    machine === null ? [] : [toRoof(machine, Math.max(left, y.domain()[0] / machine.bytesPerSecond), right)];
  chart
    .selectAll<SVGPathElement, (typeof roofs)[number]>('path.roof')
    .data(roofs)
    .join((enter) => enter.insert('path', 'circle').attr('class', 'roof'))
    .attr('d', ({ corners }) =>
      d3.line(
        ([at]) => x(at),
        ([, speed]) => y(speed),
      )(corners),
    );
  const labels = roofs.flatMap(({ machine: { flopsPerSecond, bytesPerSecond }, start }) => {
    // Along the upper end of the slope: heads are memory-bound and stand further down.
    const end = 0.9 * Math.min(flopsPerSecond / bytesPerSecond, right);
    const [place, anchor] = end > 4 * start ? [end, 'end'] : [1.15 * start, 'start'];
    const slope = -Math.atan2(y(1) - y(10), x(10) - x(1)) * (180 / Math.PI);
    const at = (intensity: number, speed: number, turn: number) =>
      `translate(${x(intensity)},${y(speed) - 7}) rotate(${turn})`;
    return [
      {
        text: `measured ${formatCount(bytesPerSecond)}B/s`,
        at: at(place, bytesPerSecond * place, slope),
        anchor,
      },
      { text: `measured peak ${formatCount(flopsPerSecond)}FLOP/s`, at: at(right, flopsPerSecond, 0), anchor: 'end' },
    ];
  });
  chart
    .selectAll<SVGTextElement, (typeof labels)[number]>('text.roof-label')
    .data(labels)
    .join('text')
    .attr('class', 'roof-label')
    .attr('text-anchor', ({ anchor }) => anchor)
    .attr('transform', ({ at }) => at)
    .text(({ text }) => text)
    .raise();
}

function toRoof(machine: MachineSpeed, start: number, end: number) {
  const ridge = machine.flopsPerSecond / machine.bytesPerSecond;
  const places = [start, ...(ridge > start && ridge < end ? [ridge] : []), end];
  const corners = places.map((place): [number, number] => [place, computeRoof(machine, place)]);
  return { machine, start, corners };
}

/** Diamonds: each head at its cost, or after measuring at what the machine could reach at its intensity. */
function drawVariants(
  chart: Chart,
  variants: readonly RooflineVariant[],
  x: Scale,
  heightOf: (variant: RooflineVariant) => number,
  tip: Tooltip,
  machine: MachineSpeed | null,
): void {
  chart
    .selectAll<SVGGElement, RooflineVariant>('g.variant')
    .data(variants, ({ name }) => name)
    .join((enter) => {
      const group = enter.append('g');
      group.append('path').attr('d', 'M0-8L8 0L0 8L-8 0Z');
      group.append('text').attr('text-anchor', 'middle');
      return group;
    })
    .attr('class', ({ isOwn }) => `variant ${isOwn ? 'variant-own' : ''}`)
    .attr('transform', (variant) => `translate(${x(variant.intensity)},${heightOf(variant)})`)
    .raise()
    .on('pointermove', (event: PointerEvent, variant) => tip.show(event, describeVariant(variant, machine)))
    .on('pointerleave', () => tip.hide())
    .select('text')
    .attr('y', ({ name }) => (name === 'GAP' ? 22 : -13))
    .text(({ name, isOwn }) => (isOwn ? `${name} (your head)` : name));
}

function describePoint({ layer, intensity, flops, time }: RooflinePoint): string {
  const speed =
    time === null
      ? ''
      : `, ${formatCount(time.flopsPerSecond)}FLOP/s in ${formatMilliseconds(time.ms)} (${formatShare(time.share)})`;
  return `${layer.opType} ${layer.name}: ${formatSignificant(intensity, 3)} FLOP/B, ${formatCount(flops)} FLOP${speed}`;
}

function describeVariant({ name, isOwn, intensity, flops }: RooflineVariant, machine: MachineSpeed | null): string {
  const roof =
    machine === null
      ? ''
      : `, at most ${formatCount(computeRoof(machine, intensity))}FLOP/s here when read from memory`;
  return `${name} head${isOwn ? ' (your model)' : ''}: ${formatSignificant(intensity, 3)} FLOP/B, ${formatCount(flops)} FLOP${roof}`;
}
