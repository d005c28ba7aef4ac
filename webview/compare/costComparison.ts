import * as d3 from 'd3';
import { html, render } from 'lit/html.js';
import type { ComparisonReport, TypeCost, TypeCostComparison } from '../../src/protocol/comparison';
import { toOperatorFamily } from '../graph/operatorFamily';
import { toKnownSum, type KnownSum } from '../../src/protocol/knownSum';
import { formatBytes, formatCount, formatExact } from '../quantity';
import { metricSegments } from '../summary/metricSegments';

const known = (value: number): KnownSum => toKnownSum(value, 0);

const METRICS = {
  macs: {
    title: 'MAC',
    of: ({ macs, unknownMacs }: TypeCost) => toKnownSum(macs, unknownMacs),
    format: formatCount,
  },
  parameters: { title: 'Parameters', of: ({ parameters }: TypeCost) => known(parameters), format: formatCount },
  activations: {
    title: 'Activations',
    of: ({ activationBytes, unknownActivations }: TypeCost) => toKnownSum(activationBytes, unknownActivations),
    format: formatBytes,
  },
  weights: { title: 'Weights', of: ({ weightBytes }: TypeCost) => known(weightBytes), format: formatBytes },
  layers: { title: 'Layers', of: ({ layers }: TypeCost) => known(layers), format: formatCount },
} as const;
type MetricName = keyof typeof METRICS;

const WIDTH = 760;
const BAR = 11;
const ROW = 2 * BAR + 12;
const MARGIN = { top: 4, right: 90, bottom: 22, left: 150 };
/** Operators drawn; the table below has all. */
const MOST_ROWS = 12;

interface BarDatum {
  readonly opType: string;
  readonly side: 'a' | 'b';
  readonly cost: KnownSum;
}

export interface CostComparison {
  readonly element: HTMLElement;
  draw(report: ComparisonReport): void;
}

/** Cost by type of layer, a bar for each model, and the same as a table. */
export function createCostComparison(): CostComparison {
  const element = document.createElement('section');
  element.className = 'card';
  element.setAttribute('aria-labelledby', 'cost-comparison-title');
  const heading = element.appendChild(document.createElement('div'));
  heading.className = 'card-heading';
  const figure = element.appendChild(document.createElement('figure'));
  figure.className = 'chart';
  const svg = figure.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
  const table = element.appendChild(document.createElement('div'));
  let metric: MetricName = 'macs';

  function redraw(report: ComparisonReport): void {
    const costs = report.costByType
      .filter(({ a, b }) => [a, b].some((cost) => isWorthShowing(METRICS[metric].of(cost))))
      .sort((one, other) => most(other, metric) - most(one, metric));
    drawBars(svg, costs.slice(0, MOST_ROWS), metric);
    render(tableTemplate(costs, metric), table);
    render(
      html`<h2 id="cost-comparison-title">Costs by layer type</h2>
        ${metricSegments(METRICS, metric, (name) => {
          metric = name;
          redraw(report);
        })}`,
      heading,
    );
  }
  return { element, draw: redraw };
}

function most({ a, b }: TypeCostComparison, metric: MetricName): number {
  return Math.max(METRICS[metric].of(a).value ?? 0, METRICS[metric].of(b).value ?? 0);
}

function isWorthShowing({ value, unknown }: KnownSum): boolean {
  return value !== 0 || unknown > 0;
}

/** `1.2 M`, `unknown`, or what is known with the number of layers that it leaves out. */
function formatSum({ value, unknown }: KnownSum, format: (value: number) => string): string {
  return value === null ? 'unknown' : `${format(value)}${unknown === 0 ? '' : ` + ${formatExact(unknown)} unknown`}`;
}

function drawBars(svg: SVGSVGElement, costs: readonly TypeCostComparison[], metric: MetricName): void {
  const { title, of, format } = METRICS[metric];
  const height = MARGIN.top + MARGIN.bottom + ROW * Math.max(1, costs.length);
  const x = d3.scaleLinear([0, d3.max(costs, (cost) => most(cost, metric)) ?? 1], [MARGIN.left, WIDTH - MARGIN.right]);
  const chart = d3.select(svg).attr('viewBox', `0 0 ${WIDTH} ${height}`).attr('role', 'img');
  chart.attr('aria-label', `${title} by layer type in both models; the table below has the same numbers`);
  chart
    .selectAll<SVGTextElement, TypeCostComparison>('text.row-label')
    .data(costs, ({ opType }) => opType)
    .join('text')
    .attr('class', 'row-label')
    .attr('text-anchor', 'end')
    .attr('x', MARGIN.left - 8)
    .attr('y', (_, row) => MARGIN.top + row * ROW + BAR + 4)
    .text(({ opType }) => opType);
  const bars = costs.flatMap(({ opType, a, b }): BarDatum[] => [
    { opType, side: 'a', cost: of(a) },
    { opType, side: 'b', cost: of(b) },
  ]);
  const rows = new Map(costs.map(({ opType }, row) => [opType, row]));
  const top = ({ opType, side }: BarDatum): number =>
    MARGIN.top + (rows.get(opType) ?? 0) * ROW + (side === 'a' ? 0 : BAR + 2);
  chart
    .selectAll<SVGGElement, BarDatum>('g.pair-bar')
    .data(bars, ({ opType, side }) => `${side} ${opType}`)
    .join((enter) => {
      const bar = enter.append('g').attr('class', 'pair-bar');
      bar.append('rect').attr('rx', 2);
      bar.append('text').attr('class', 'row-value');
      return bar;
    })
    .attr('transform', (datum) => `translate(0,${top(datum)})`)
    .each(function ({ opType, side, cost }) {
      const bar = d3.select(this);
      const value = cost.value ?? 0;
      bar
        .select('rect')
        .attr('class', `bar bar-${side} family-${toOperatorFamily(opType)}`)
        .attr('x', MARGIN.left)
        .attr('width', value === 0 ? 0 : Math.max(1, x(value) - MARGIN.left))
        .attr('height', BAR);
      bar
        .select('text')
        .attr('x', x(value) + 6)
        .attr('y', BAR - 2)
        .text(`${side.toUpperCase()} ${formatSum(cost, format)}`);
    });
  chart
    .selectAll<SVGGElement, null>('g.axis')
    .data([null])
    .join((enter) => enter.append('g').attr('class', 'axis'))
    .attr('transform', `translate(0,${height - MARGIN.bottom})`)
    .call(
      d3
        .axisBottom(x)
        .ticks(4)
        .tickFormat((value) => format(value.valueOf()))
        .tickSizeOuter(0),
    );
}

function tableTemplate(costs: readonly TypeCostComparison[], metric: MetricName): unknown {
  const { title, of } = METRICS[metric];
  return html`<details class="details">
    <summary>${title} by layer type as a table</summary>
    <table class="values">
      <thead>
        <tr>
          <th scope="col">Operator</th>
          <th scope="col" class="number">Layers A</th>
          <th scope="col" class="number">Layers B</th>
          <th scope="col" class="number">${title} A</th>
          <th scope="col" class="number">${title} B</th>
        </tr>
      </thead>
      <tbody>
        ${costs.map(
          ({ opType, a, b }) =>
            html`<tr>
              <th scope="row">${opType}</th>
              ${[known(a.layers), known(b.layers), of(a), of(b)].map((sum) => html`<td class="number">${formatSum(sum, formatExact)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}
