import { range } from 'd3';
import { html, render } from 'lit/html.js';
import { computeFcCost, computeGapCost, type HeadDesign, type HeadSize } from '../../src/protocol/headFormulas';
import type { MachineSpeed } from '../../src/protocol/measurement';
import { formatCount, formatMilliseconds, formatSignificant } from '../quantity';
import { createChartRow } from './chartRow';
import { drawCurves, type CurveChart } from './drawCurves';
import { computeRooflineMs } from './theoryRows';

/** A chart with its title and the note below it. */
interface TheoryChart extends CurveChart {
  readonly title: string;
  readonly note: string;
}

const CURVES: readonly { readonly design: HeadDesign; readonly name: string; readonly className: string }[] = [
  { design: 'gap', name: 'GAP', className: 'curve-gap' },
  { design: 'fc', name: 'FC', className: 'curve-fc' },
];

/** How parameters, their ratio and the time change with the size of the map and with the batch. */
export function toCharts(size: HeadSize, machine: MachineSpeed | null): readonly TheoryChart[] {
  const side = Math.sqrt(size.height * size.width);
  const sides = range(1, Math.max(28, Math.ceil(1.5 * side)) + 1);
  const at = (place: number): HeadSize => ({ ...size, height: place, width: place });
  const squares = { xTitle: 'H = W', xScale: 'linear', x: sides, mark: side } as const;
  const batches = range(0, 9).map((power) => 2 ** power);
  const inBatch = (batch: number): HeadSize => ({ ...size, batch });
  const cost = { gap: computeGapCost, fc: computeFcCost };
  return [
    {
      ...squares,
      title: 'Parameters',
      note: 'FC grows with the area of the map, GAP does not.',
      description: 'Parameters of both heads against the side of a square feature map',
      curves: CURVES.map((curve) => ({
        ...curve,
        values: sides.map((place) => cost[curve.design](at(place)).parameters),
      })),
      format: formatCount,
    },
    {
      ...squares,
      title: 'FC over GAP',
      note: '(CHW + 1)/(C + 1): close to HW, the number of positions.',
      description: 'Ratio of the parameters of both heads against the side of a square feature map',
      curves: [
        {
          name: 'ratio',
          className: 'curve-ratio',
          values: sides.map((place) => cost.fc(at(place)).parameters / cost.gap(at(place)).parameters),
        },
      ],
      format: (value) => formatSignificant(value, 5),
    },
    {
      title: machine === null ? 'Arithmetic intensity' : 'Roofline time of a batch',
      note:
        machine === null
          ? 'FLOP per byte moved. Measure both heads to see times instead.'
          : 'The longer of computing at the measured peak and moving at the measured bandwidth.',
      description: `${machine === null ? 'FLOP per byte' : 'Roofline time'} of both heads against the batch`,
      xTitle: 'batch',
      xScale: 'logarithmic',
      x: batches,
      mark: size.batch,
      curves: CURVES.map((curve) => ({
        ...curve,
        values: batches.map((batch) =>
          machine === null
            ? cost[curve.design](inBatch(batch)).arithmeticIntensity
            : computeRooflineMs(inBatch(batch), curve.design, machine),
        ),
      })),
      format: machine === null ? (value) => `${formatSignificant(value, 3)} FLOP/B` : formatMilliseconds,
    },
  ];
}

/** The charts in a row, redrawn when the sizes change. */
export function createTheoryCharts(): { readonly element: HTMLElement; draw(charts: readonly TheoryChart[]): void } {
  const { element, figures } = createChartRow();
  return {
    element,
    draw(charts) {
      figures.forEach(({ caption, svg, tip }, index) => {
        const chart = charts[index];
        const isPair = chart.curves.length > 1;
        render(
          html`<b>${chart.title}</b>
            ${isPair ? html`<span class="key key-gap">GAP</span> <span class="key key-fc">FC</span>` : ''}<br />${chart.note}`,
          caption,
        );
        drawCurves(svg, chart, tip);
      });
    },
  };
}
