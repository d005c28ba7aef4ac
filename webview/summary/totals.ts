import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { ModelReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { formatBytes, formatCount, formatExact } from '../quantity';
import { figureTemplate, type Figure } from './figure';

/** The model's main numbers. */
export function totalsTemplate(app: App, { totals }: ModelReport): TemplateResult {
  const figures: Figure[] = [
    toFigure('Parameters', totals.parameters, formatCount, 'parameters'),
    toFigure('Multiply-accumulates', totals.macs, formatCount, 'MAC at batch 1'),
    toFigure('Weights', totals.weightBytes, formatBytes, 'bytes'),
    toFigure('Activations', totals.activationBytes, formatBytes, 'bytes, all layer outputs together'),
    ...(totals.peakActivation === null
      ? []
      : [
          toFigure(
            'Peak activations',
            totals.peakActivation.bytes,
            formatBytes,
            `bytes alive at one time${totals.peakActivation.unknownValues > 0 ? ', without those of unknown size' : ''}`,
          ),
        ]),
    toFigure('Nodes', totals.nodes, formatCount, 'nodes'),
  ];
  return html`<section class="totals" aria-label="Totals">
      ${figures.map(
        (figure) =>
          html`<div class="total">
            <div class="total-label">${figure.label}</div>
            ${figureTemplate(app, figure)}
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

function toFigure(label: string, value: number, format: (value: number) => string, unit: string): Figure {
  return { label, text: format(value), exact: `${formatExact(value)} ${unit}`, value, provenance: 'derived' };
}
