import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { LayerMeasurement } from '../../src/protocol/measurement';
import type { ModelReport } from '../../src/protocol/modelReport';
import type { App, AppState, MeasurementState } from '../app';
import { completeShapes, hasUnknownShapes, measure } from '../measuring';
import { formatCount, formatExact, formatMilliseconds } from '../quantity';
import { drawRoofline } from './drawRoofline';
import { figureTemplate, provenanceTemplate } from './figure';
import './measure.css';
import { toRoofline, type Roofline } from './roofline';
import { slowestLayersTemplate } from './slowestLayers';
import { createTooltip } from './tooltip';

type Shown = Pick<AppState, 'report' | 'details' | 'measurement' | 'trusted'>;

export interface MeasureSection {
  readonly element: HTMLElement;
  draw(state: AppState): void;
}

/** The roofline, the button that measures, and what came of it. */
export function createMeasureSection(app: App): MeasureSection {
  const element = document.createElement('section');
  element.className = 'card roofline';
  element.setAttribute('aria-labelledby', 'roofline-title');
  const heading = element.appendChild(document.createElement('div'));
  heading.className = 'card-heading';
  const facts = element.appendChild(document.createElement('div'));
  facts.className = 'measured';
  const figure = element.appendChild(document.createElement('figure'));
  figure.className = 'chart charts-anchor';
  const plot = figure.appendChild(document.createElement('div'));
  plot.className = 'roofline-plot';
  plot.tabIndex = 0;
  plot.setAttribute('role', 'group');
  plot.setAttribute('aria-labelledby', 'roofline-title');
  const svg = plot.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
  const caption = figure.appendChild(document.createElement('figcaption'));
  const tip = createTooltip(figure);
  const slowest = element.appendChild(document.createElement('div'));
  let drawn: Shown | null = null;

  return {
    element,
    draw({ report, details, measurement: state, trusted }) {
      const shown = { report, details, measurement: state, trusted };
      if (report === null || isSame(shown, drawn)) {
        return;
      }
      drawn = shown;
      const measurement = state?.status === 'measured' ? state.measurement : null;
      const roofline = toRoofline(report, details, measurement);
      render(headingTemplate(app, report, state, trusted), heading);
      render(
        html`${state?.status === 'failed' ? html`<p class="note" role="alert">${state.failure.message}</p>` : nothing}
        ${measurement === null ? nothing : factsTemplate(app, measurement)}`,
        facts,
      );
      facts.hidden = measurement === null && state?.status !== 'failed';
      slowest.hidden = measurement === null;
      figure.hidden = roofline.points.length === 0;
      drawRoofline(svg, roofline, tip, ({ index }) => app.choose({ view: 'graph', selectedLayer: index }));
      render(captionTemplate(roofline), caption);
      render(measurement === null ? nothing : slowestLayersTemplate(app, report, measurement), slowest);
    },
  };
}

function isSame(one: Shown, other: Shown | null): boolean {
  return (
    one.report === other?.report &&
    one.details === other.details &&
    one.measurement === other.measurement &&
    one.trusted === other.trusted
  );
}

function headingTemplate(
  app: App,
  report: ModelReport,
  state: MeasurementState | null,
  trusted: boolean,
): TemplateResult {
  const isRunning = state?.status === 'running';
  const label = isRunning ? 'Measuring…' : state?.status === 'measured' ? 'Measure Again' : 'Measure on This Machine';
  return html`<h2 id="roofline-title">Roofline</h2>
    ${provenanceTemplate(state?.status === 'measured' ? 'measured' : 'derived')}
    <span class="actions">
      ${
        trusted && hasUnknownShapes(report)
          ? html`<button
              class="text-button"
              ?disabled=${isRunning}
              title="Run the model once on random input to learn the shapes that the graph does not tell"
              @click=${() => void completeShapes(app)}
            >
              Measure Shapes
            </button>`
          : nothing
      }
      <button
        class="text-button"
        ?disabled=${isRunning || !trusted}
        title=${
          trusted
            ? 'Run the model several times on random input and time its layers'
            : 'Running models needs a trusted workspace'
        }
        @click=${() => void measure(app)}
      >
        ${label}
      </button>
    </span>`;
}

function factsTemplate(app: App, measurement: LayerMeasurement): TemplateResult {
  const { optimizedMs, totalMs, layersMs, otherMs, runs, threads, optimization, machine } = measurement;
  const time = (label: string, ms: number) =>
    figureTemplate(app, {
      label,
      text: formatMilliseconds(ms),
      exact: `${formatExact(ms)} ms`,
      value: ms,
      provenance: 'measured',
    });
  const speed = (label: string, value: number, unit: string) =>
    figureTemplate(app, {
      label,
      text: `${formatCount(value)}${unit}`,
      exact: `${formatExact(Math.round(value))} ${unit}`,
      value,
      provenance: 'measured',
    });
  return html`<dl class="measured-facts">
      <div>
        <dt>One image, fully optimised</dt>
        <dd>${time('Time of one image', optimizedMs)}</dd>
      </div>
      <div>
        <dt>While layers are timed</dt>
        <dd>${time('Time while layers are timed', totalMs)}</dd>
      </div>
      <div>
        <dt>Sum of the layers</dt>
        <dd>${time('Sum of the layers', layersMs)}</dd>
      </div>
      <div>
        <dt>Matrix product</dt>
        <dd>${speed('Peak', machine.flopsPerSecond, 'FLOP/s')}</dd>
      </div>
      <div>
        <dt>Memory</dt>
        <dd>${speed('Bandwidth', machine.bytesPerSecond, 'B/s')}</dd>
      </div>
    </dl>
    <p class="muted">
      Median of ${runs} runs on random input after a warm-up, ${threads === 1 ? 'one thread' : `${threads} threads`}.
      Layers are timed at ONNX Runtime’s level “${optimization}”, where most still run by themselves; “fully optimised”
      is what using the model
      takes.${otherMs > 0 ? ` Conversions that the runtime adds take ${formatMilliseconds(otherMs)}.` : ''}
    </p>`;
}

function captionTemplate({ machine, left, points }: Roofline): TemplateResult {
  const rest =
    left === 0
      ? ''
      : ` ${formatExact(left)} layers are not drawn: they have no multiply-accumulates, or their cost or time is not known.`;
  return machine === null
    ? html`Each circle is a layer. Further right it computes more per byte it moves; higher up it costs more.${rest}`
    : html`Each circle is a layer; its area is its share of the time. Under the slanted line memory is the limit, under
      the level one the processor. Layers above the slanted line find their data in caches. Diamonds stand where the
      machine could run each head when it is read from memory.${points.length === 0 ? '' : rest}`;
}
