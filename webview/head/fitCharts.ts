import { html, nothing, render } from 'lit/html.js';
import type { HeadFit, HeadFitReport } from '../../src/protocol/headFit';
import { formatExact, formatShare, formatSignificant } from '../quantity';
import { createChartRow } from './chartRow';
import { drawLines, type LineChart } from './drawLines';

interface FitChart extends LineChart {
  readonly title: string;
  readonly note: string;
}

/** How accuracy grows with the number of images, how honest the probabilities are, and what the penalty does. */
export function toFitCharts({ heads }: HeadFitReport): readonly FitChart[] {
  const paths = heads.filter(({ penaltyPath }) => penaltyPath !== null);
  return [toLearning(heads), toReliability(heads), ...(paths.length === 0 ? [] : [toPath(paths)])];
}

function toLearning(heads: readonly HeadFit[]): FitChart {
  const sizes = heads.flatMap(({ learningCurve }) => learningCurve.map(({ images }) => images));
  return {
    title: 'Learning curve',
    note: 'Accuracy against the number of training images; thin: on those images, thick: held out. The space between is overfitting.',
    description: 'Training and validation accuracy of each head against the number of training images',
    x: {
      ...{ title: 'training images', scale: 'logarithmic', domain: toDomain(sizes), format: formatExact },
      ticks: [...new Set(sizes)],
    },
    y: { domain: [0, 1], format: formatPercent },
    diagonal: false,
    lines: heads.flatMap(({ kind, learningCurve }) => [
      {
        name: `${kind.toUpperCase()} training`,
        className: `curve-${kind} curve-train`,
        points: learningCurve.map(({ images, train }) => [images, train.accuracy] as const),
      },
      {
        name: `${kind.toUpperCase()} validation`,
        className: `curve-${kind}`,
        points: learningCurve.map(({ images, validation }) => [images, validation.accuracy] as const),
      },
    ]),
  };
}

function toReliability(heads: readonly HeadFit[]): FitChart {
  const errors = heads.map(({ kind, calibration }) => `${kind.toUpperCase()} ${formatShare(calibration.error)}`);
  return {
    title: 'Calibration',
    note: `On the diagonal probabilities are honest; below it, too sure. Expected calibration error: ${errors.join(', ')}.`,
    description: 'Accuracy against confidence of the images held out, for each head',
    x: { title: 'confidence', scale: 'linear', domain: [0, 1], format: formatPercent },
    y: { domain: [0, 1], format: formatPercent },
    diagonal: true,
    lines: heads.map(({ kind, calibration }) => ({
      name: kind.toUpperCase(),
      className: `curve-${kind}`,
      points: calibration.bins.flatMap(({ confidence, accuracy, count }) =>
        confidence === null || accuracy === null ? [] : [[confidence, accuracy, count] as const],
      ),
    })),
  };
}

function toPath(heads: readonly HeadFit[]): FitChart {
  const points = heads.flatMap(({ penaltyPath }) => penaltyPath ?? []);
  const chosen = heads.map(({ kind, penalty }) => `${kind.toUpperCase()} ${formatSignificant(penalty, 3)}`);
  const losses = points.map(({ loss }) => loss);
  return {
    title: 'Regularisation path',
    note: `Loss on held-out folds against the strength of the penalty. Chosen: ${chosen.join(', ')}.`,
    description: 'Cross-validated loss of each head against the strength of the penalty',
    x: {
      title: 'penalty',
      scale: 'logarithmic',
      domain: toDomain(points.map(({ penalty }) => penalty)),
      format: (value) => formatSignificant(value, 2),
    },
    y: { domain: [0, Math.max(...losses)], format: (value) => formatSignificant(value, 3) },
    diagonal: false,
    lines: heads.map(({ kind, penaltyPath }) => ({
      name: kind.toUpperCase(),
      className: `curve-${kind}`,
      points: (penaltyPath ?? []).map(({ penalty, loss }) => [penalty, loss] as const),
    })),
  };
}

/** At most one digit: for axes and what is read off them. */
function formatPercent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

function toDomain(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** The charts of a fit in a row. */
export function createFitCharts(): { readonly element: HTMLElement; draw(report: HeadFitReport | null): void } {
  const { element, figures } = createChartRow();
  element.hidden = true;
  let drawn: HeadFitReport | null = null;
  return {
    element,
    draw(report) {
      element.hidden = report === null;
      if (report === null || report === drawn) {
        return;
      }
      drawn = report;
      const charts = toFitCharts(report);
      figures.forEach(({ figure, caption, svg, tip }, index) => {
        const chart = charts[index];
        figure.hidden = chart === undefined;
        if (chart !== undefined) {
          render(html`<b>${chart.title}</b> ${keysTemplate(report)}<br />${chart.note}`, caption);
          drawLines(svg, chart, tip);
        }
      });
    },
  };
}

function keysTemplate({ heads }: HeadFitReport) {
  return heads.length < 2 ? nothing : html`<span class="key key-gap">GAP</span> <span class="key key-fc">FC</span>`;
}
