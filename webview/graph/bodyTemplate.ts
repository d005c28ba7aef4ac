import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { BodyInput, BodyLayer, BodyOutput, BodyPath, BodyValue, LayerBody } from '../../src/protocol/layerBodies';
import { formatExact, formatShape } from '../quantity';
import { toOperatorFamily } from './operatorFamily';
import { describeInput, describeOutput } from './valueText';

interface BodyOptions {
  readonly open: boolean;
  readonly show: (place: BodyPath) => void;
}

/** One body (`place`) of a layer as a list of what it runs, behind a fold; nested bodies are closed at first. */
export function bodyTemplate(body: LayerBody, place: BodyPath, { open, show }: BodyOptions): TemplateResult {
  const { name, kind, inputs, outputs, layers, hiddenLayers } = body;
  const count = layers.length + hiddenLayers;
  return html`<details class="body" ?open=${open}>
    <summary>
      <strong>${kind === 'function' ? `function ${name}` : name}</strong>
      <span class="muted">${describeTimes(body)}; ${formatExact(count)} ${count === 1 ? 'layer' : 'layers'}</span>
    </summary>
    <button class="text-button" title="Show this body in the place of the graph" @click=${() => show(place)}>
      Show as Graph
    </button>
    ${inputs.map(inputTemplate)}
    <ol>
      ${layers.map((layer) => layerTemplate(layer, place, show))}
    </ol>
    ${
      hiddenLayers === 0
        ? nothing
        : html`<p class="muted">
            ${layers.length === 0 ? '' : 'and '}${formatExact(hiddenLayers)} ${layers.length === 0 ? '' : 'more '}
            ${hiddenLayers === 1 ? 'layer' : 'layers'} not listed
          </p>`
    }
    ${outputs.map(outputTemplate)}
  </details>`;
}

/** How often a body runs each time its layer does. */
export function describeTimes({ kind, name, times }: Pick<LayerBody, 'kind' | 'name' | 'times'>): string {
  if (kind === 'branch') {
    const condition = name === 'else_branch' ? 'false' : 'true';
    return times === null
      ? `runs where the condition is ${condition}`
      : times === 0
        ? 'never runs: the condition is known'
        : 'always runs: the condition is known';
  }
  if (times === null) {
    return 'how often it runs is known in a run only';
  }
  return times === 1 ? 'runs once' : `runs ${formatExact(times)} times`;
}

function layerTemplate(layer: BodyLayer, place: BodyPath, show: BodyOptions['show']): TemplateResult {
  const { index, opType, name, domain, attributes, inputs, outputs, bodies } = layer;
  return html`<li class="body-layer">
    <div class="body-operator">
      <span class="family-swatch family-${toOperatorFamily(opType)}" aria-hidden="true"></span>
      <strong>${opType}</strong>
      <span class="muted">${name}${domain === '' ? '' : ` (${domain})`}</span>
    </div>
    ${
      attributes.length === 0
        ? nothing
        : html`<div class="muted">${attributes.map((one) => `${one.name} ${one.text}`).join(' · ')}</div>`
    }
    ${inputs.map((value) => valueTemplate('reads', value, describeSource(value)))}
    ${outputs.map((value) => valueTemplate('makes', value, ''))}
    ${bodies.map((inner, body) => bodyTemplate(inner, [...place, { layer: index, body }], { open: false, show }))}
  </li>`;
}

function inputTemplate(input: BodyInput): TemplateResult {
  return valueTemplate('input', input, describeInput(input));
}

function outputTemplate(output: BodyOutput): TemplateResult {
  return valueTemplate('output', output, describeOutput(output));
}

function describeSource({ source }: BodyValue): string {
  return { layer: '', input: '', stored: 'stored here', outside: 'from outside', missing: 'left out by the call' }[
    source
  ];
}

function valueTemplate(word: string, { name, shape, type }: BodyValue, note: string): TemplateResult {
  return html`<div class="body-value">
    <span class="muted">${word}</span>
    <span
      ><code>${name}</code> ${formatShape(shape)} <span class="muted">${type ?? ''}</span> ${
        note === '' ? nothing : html`<em>${note}</em>`
      }</span
    >
  </div>`;
}
