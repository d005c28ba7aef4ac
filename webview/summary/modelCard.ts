import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { ModelReport, ValueReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { formatBytes, formatExact, formatShape } from '../quantity';
import { shapeFormTemplate, type ShapeForm } from './shapeForm';
import { foldedNotesTemplate } from '../notesTemplate';
import { figureTemplate } from './figure';

/** Who made the model, with what, and what goes in and out. */
export function modelCardTemplate(app: App, report: ModelReport, form: ShapeForm): TemplateResult {
  const { file, irVersion, producer, opsets, functions, metadata, docString, graph } = report;
  const opsetTexts = Object.entries(opsets).map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`);
  return html`<section class="card" aria-labelledby="card-title">
    <h2 id="card-title">Model</h2>
    <dl class="definitions">
      <dt>File</dt>
      <dd class="selectable">${file.path}</dd>
      <dt>Size</dt>
      <dd>
        ${figureTemplate(app, {
          label: 'File size',
          text: formatBytes(file.sizeBytes),
          exact: `${formatExact(file.sizeBytes)} bytes`,
          value: file.sizeBytes,
          provenance: 'derived',
        })}
      </dd>
      <dt>Producer</dt>
      <dd>${producer || 'not stated'}</dd>
      <dt>Operator sets</dt>
      <dd>${opsetTexts.join(', ')}</dd>
      <dt>Format</dt>
      <dd>ONNX, IR version ${irVersion}</dd>
      ${
        functions.length === 0
          ? nothing
          : html`<dt>Functions</dt>
              <dd>${functions.join(', ')}</dd>`
      }
      ${
        docString === ''
          ? nothing
          : html`<dt>Description</dt>
              <dd class="selectable">${docString}</dd>`
      }
    </dl>
    ${valuesTemplate('Inputs', report.inputs)} ${shapeFormTemplate(report, form)}
    ${valuesTemplate('Outputs', report.outputs)} ${foldedNotesTemplate('Metadata', { docString: '', metadata })}
    ${foldedNotesTemplate('Metadata of the graph', graph)}
  </section>`;
}

function valuesTemplate(title: string, values: readonly ValueReport[]): TemplateResult {
  return html`<h3>${title}</h3>
    <table class="values model-values">
      <colgroup>
        <col />
        <col />
        <col />
      </colgroup>
      <thead class="visually-hidden">
        <tr>
          <th>Name</th>
          <th>Type</th>
          <th>Shape</th>
        </tr>
      </thead>
      <tbody>
        ${values.map(
          ({ name, type, shape, boundShape }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${type ?? 'unknown type'}</td>
              <td>${formatShape(boundShape)}${declaredTemplate(shape, boundShape)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

function declaredTemplate(
  shape: ValueReport['shape'],
  boundShape: ValueReport['shape'],
): TemplateResult | typeof nothing {
  const declared = formatShape(shape);
  return declared === formatShape(boundShape)
    ? nothing
    : html`<span class="declared muted">declared ${declared}</span>`;
}
