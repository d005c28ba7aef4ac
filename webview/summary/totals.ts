import { html, nothing, type TemplateResult } from 'lit/html.js';
import { describeCostBasis } from '../../src/protocol/costBasis';
import { sumActivations, sumMacs, type KnownSum } from '../../src/protocol/knownSum';
import type { ModelReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import type { DetailsByLayer } from '../detailsByLayer';
import { formatBytes, formatCount, formatExact } from '../quantity';
import { figureTemplate, type Figure } from './figure';

/** A figure that is not there: why, in a word. */
export type Missing = Pick<Figure, 'label' | 'text'>;

/** The model's main numbers; a dash stands for what is still being worked out. */
export function totalsTemplate(app: App, report: ModelReport, details: DetailsByLayer | null): TemplateResult {
  const { totals, inputs } = report;
  const peak = details?.peakActivation;
  const figures: (Figure | Missing)[] = [
    toFigure('Parameters', totals.parameters, formatCount, 'parameters'),
    toSum('Multiply-accumulates', sumMacs(report), formatCount, `MAC ${describeCostBasis(inputs)}`),
    toFigure('Weights', totals.weightBytes, formatBytes, 'bytes'),
    toSum('Activations', sumActivations(report), formatBytes, 'bytes, all layer outputs together'),
    ...(peak === null ? [] : [peak === undefined ? { label: 'Peak activations', text: '–' } : toPeak(peak)]),
    toFigure('Nodes', totals.nodes, formatCount, 'nodes'),
  ];
  return html`<section class="totals" aria-label="Totals">
      ${figures.map(
        (figure) =>
          html`<div class="total">
            <div class="total-label">${figure.label}</div>
            ${'value' in figure ? figureTemplate(app, figure) : figure.text}
          </div>`,
      )}
    </section>
    ${
      totals.unknownMacs === 0
        ? nothing
        : html`<p class="note">
            The multiply-accumulates of ${formatExact(totals.unknownMacs)} more
            ${totals.unknownMacs === 1 ? 'layer' : 'layers'} are unknown, because their operator or a shape they depend
            on is.
          </p>`
    }`;
}

function toPeak({ bytes, unknownValues }: NonNullable<DetailsByLayer['peakActivation']>): Figure | Missing {
  if (bytes === 0 && unknownValues > 0) {
    return { label: 'Peak activations', text: 'unknown' };
  }
  const without = unknownValues > 0 ? ', without those of unknown size' : '';
  return toFigure('Peak activations', bytes, formatBytes, `bytes alive at one time${without}`);
}

/** A sum as a figure that says how many layers it leaves out. */
export function toSum(
  label: string,
  { value, unknown }: KnownSum,
  format: (value: number) => string,
  unit: string,
): Figure | Missing {
  const without =
    unknown === 0
      ? ''
      : `, without ${formatExact(unknown)} ${unknown === 1 ? 'layer' : 'layers'} where they are unknown`;
  return value === null ? { label, text: 'unknown' } : toFigure(label, value, format, `${unit}${without}`);
}

function toFigure(label: string, value: number, format: (value: number) => string, unit: string): Figure {
  return { label, text: format(value), exact: `${formatExact(value)} ${unit}`, value, provenance: 'derived' };
}
