import { html, nothing, type TemplateResult } from 'lit/html.js';
import { describeCostBasis } from '../../src/protocol/costBasis';
import type { ModelReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import type { DetailsByLayer } from '../detailsByLayer';
import { formatBytes, formatCount, formatExact } from '../quantity';
import { figureTemplate, type Figure } from './figure';

/** The model's main numbers; a dash stands for what is still being worked out. */
export function totalsTemplate(
  app: App,
  { totals, inputs }: ModelReport,
  details: DetailsByLayer | null,
): TemplateResult {
  const peak = details?.peakActivation;
  const figures: (Figure | string)[] = [
    toFigure('Parameters', totals.parameters, formatCount, 'parameters'),
    toFigure('Multiply-accumulates', totals.macs, formatCount, `MAC ${describeCostBasis(inputs)}`),
    toFigure('Weights', totals.weightBytes, formatBytes, 'bytes'),
    toFigure('Activations', totals.activationBytes, formatBytes, 'bytes, all layer outputs together'),
    ...(peak === null ? [] : [peak === undefined ? 'Peak activations' : toPeak(peak)]),
    toFigure('Nodes', totals.nodes, formatCount, 'nodes'),
  ];
  return html`<section class="totals" aria-label="Totals">
      ${figures.map(
        (figure) =>
          html`<div class="total">
            <div class="total-label">${typeof figure === 'string' ? figure : figure.label}</div>
            ${typeof figure === 'string' ? '–' : figureTemplate(app, figure)}
          </div>`,
      )}
    </section>
    ${
      totals.unknownMacs === 0
        ? nothing
        : html`<p class="note">
            The multiply-accumulates of ${formatExact(totals.unknownMacs)} more
            ${totals.unknownMacs === 1 ? 'layer' : 'layers'} are unknown, because a shape they depend on is.
          </p>`
    }`;
}

function toPeak({ bytes, unknownValues }: NonNullable<DetailsByLayer['peakActivation']>): Figure {
  const without = unknownValues > 0 ? ', without those of unknown size' : '';
  return toFigure('Peak activations', bytes, formatBytes, `bytes alive at one time${without}`);
}

function toFigure(label: string, value: number, format: (value: number) => string, unit: string): Figure {
  return { label, text: format(value), exact: `${formatExact(value)} ${unit}`, value, provenance: 'derived' };
}
