import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { BodyInput, BodyLayer, BodyOutput, BodyValue, LayerBody } from '../../src/protocol/layerBodies';
import { formatExact, formatShape } from '../quantity';
import { toOperatorFamily } from './operatorFamily';

/** One body of a layer as a list of what it runs, behind a fold; nested bodies are closed at first. */
export function bodyTemplate(body: LayerBody, { open }: { readonly open: boolean }): TemplateResult {
  const { name, kind, inputs, outputs, layers, hiddenLayers } = body;
  const count = layers.length + hiddenLayers;
  return html`<details class="body" ?open=${open}>
    <summary>
      <strong>${kind === 'function' ? `function ${name}` : name}</strong>
      <span class="muted">${describeTimes(body)}; ${formatExact(count)} ${count === 1 ? 'layer' : 'layers'}</span>
    </summary>
    ${inputs.map(inputTemplate)}
    <ol>
      ${layers.map(layerTemplate)}
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

function describeTimes({ kind, name, times }: LayerBody): string {
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

function layerTemplate({ opType, name, domain, attributes, inputs, outputs, bodies }: BodyLayer): TemplateResult {
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
    ${bodies.map((body) => bodyTemplate(body, { open: false }))}
  </li>`;
}

function inputTemplate(input: BodyInput): TemplateResult {
  const { role, outer } = input;
  const notes = {
    same: outer === null ? '' : `is ${outer} outside`,
    carried: outer === null ? 'handed from turn to turn' : `begins as ${outer}, then from the turn before`,
    part: outer === null ? '' : `one part of ${outer} in each turn`,
    turn: 'number of the turn',
  };
  return valueTemplate('input', input, notes[role]);
}

function outputTemplate(output: BodyOutput): TemplateResult {
  return valueTemplate('output', output, output.outer === null ? '' : `becomes ${output.outer}`);
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
