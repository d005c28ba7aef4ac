import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { BodyPath, LayerBody } from '../../src/protocol/layerBodies';
import type { LayerDetails } from '../../src/protocol/modelDetails';
import type { AttributeReport, LayerReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { copyWithFeedback } from '../copy';
import { fetchMapChoices } from '../mapChoices';
import { fetchModelDetails } from '../modelDetails';
import { formatBytes, formatCount, formatExact, formatShape, formatSignificant } from '../quantity';
import { explainTemplate } from './explainAtLayer';
import type { GraphModel } from './graphModel';
import { createLayerBodies, type LayerBodies } from './layerBodies';
import { createLayerNotes, type LayerNotesList } from './layerNotes';
import { toInputName } from './operatorInputs';
import { toOperatorFamily } from './operatorFamily';
import { toTensorIndex, type TensorEntry } from './tensorIndex';
import { linksTemplate, tensorTemplate, type TensorContext } from './tensorProperties';
import { createTensorLook } from './tensorLook';
import { createTensorPages } from './tensorPages';
import { createTensorStatisticsList } from './tensorStatistics';
import { describeInput, describeOutput, describeOutputRole, toValueTitle } from './valueText';
import type { BlockItem, GraphItem, ItemId, LayersItem, ValueItem } from './viewModel';

export interface PropertiesPanel {
  readonly element: HTMLElement;
  /** null hides the panel. `layer`: which one of a box with several. */
  show(model: GraphModel, item: GraphItem | null, layer: number | null): void;
}

export interface PropertiesActions {
  selectLayer(index: number): void;
  close(): void;
  /** The item is one end of a path that the user looks for. */
  startPath(item: ItemId): void;
  /** A body of a layer is to be drawn as a graph. */
  showBody(path: BodyPath): void;
}

/** What is known about the selected box, at the right of the graph. */
export function createPropertiesPanel(app: App, actions: PropertiesActions): PropertiesPanel {
  const element = document.createElement('aside');
  element.className = 'properties';
  element.tabIndex = -1;
  element.hidden = true;
  element.setAttribute('aria-label', 'Properties');
  let model: GraphModel | null = null;
  let tensors: ReadonlyMap<string, TensorEntry> = new Map();
  let redraw = (): void => undefined;
  const statistics = createTensorStatisticsList(app, () => redraw());
  const look = createTensorLook(
    createTensorPages(app, () => redraw()),
    () => redraw(),
  );
  const bodies = createLayerBodies(
    app,
    () => redraw(),
    (path) => actions.showBody(path),
  );
  const notes = createLayerNotes(app, () => redraw());
  return {
    element,
    show(shownModel, item, layerIndex) {
      if (model !== shownModel) {
        model = shownModel;
        tensors = toTensorIndex(shownModel.report);
        statistics.clear(model.path);
        look.clear(model.path);
        bodies.clear(model.path);
        notes.clear(model.path);
      }
      const isInside = shownModel.path.length > 0;
      element.hidden = item === null;
      redraw = () => {
        render(
          item === null
            ? nothing
            : panelTemplate({ app, actions, tensors, statistics, look, bodies, notes, isInside }, item, layerIndex),
          element,
        );
      };
      redraw();
      if (item?.kind === 'layers') {
        const layer = findLayer(item, layerIndex);
        bodies.fetch(layer, shownModel.report);
        notes.fetch(layer);
      }
      if (item?.kind === 'layers' && !isInside) {
        void fetchModelDetails(app).then(() => redraw());
        void fetchMapChoices(app).then(() => redraw());
      }
      if (item?.kind === 'value') {
        notes.fetch(item.value);
      }
      element.scrollTop = 0;
    },
  };
}

interface PanelContext extends TensorContext {
  readonly app: App;
  readonly actions: PropertiesActions;
  readonly bodies: LayerBodies;
  readonly notes: LayerNotesList;
  /** The layers are those of a body: figures and maps of the model's layers say nothing of them. */
  readonly isInside: boolean;
}

function panelTemplate(context: PanelContext, item: GraphItem, layerIndex: number | null): TemplateResult {
  switch (item.kind) {
    case 'layers':
      return layerTemplate(context, item, findLayer(item, layerIndex));
    case 'block':
      return blockTemplate(context, item);
    case 'value':
      return valueTemplate(context, item);
  }
}

function findLayer({ layers }: LayersItem, index: number | null): LayerReport {
  return layers.find((layer) => layer.index === index) ?? layers[0];
}

function headerTemplate(
  { app, actions }: PanelContext,
  item: ItemId,
  title: string,
  family: string,
  subtitle: string,
  json: unknown,
): TemplateResult {
  const copy = (event: Event): void =>
    void copyWithFeedback(app, event.currentTarget as Element, JSON.stringify(json, null, 2));
  return html`<header class="properties-header">
    <span class="family-swatch family-${family}" aria-hidden="true"></span>
    <h2>${title}</h2>
    <button class="icon-button" aria-label="Close properties (Escape)" title="Close (Escape)" @click=${actions.close}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M4,4 L12,12 M12,4 L4,12"></path></svg>
    </button>
    <p class="properties-name">${subtitle}</p>
    <div class="properties-actions">
      <button
        class="text-button"
        title="Show what lies between this and the next one selected (P, or Shift+click on the other)"
        @click=${() => actions.startPath(item)}
      >
        Path from…
      </button>
      <button class="text-button" title="Copy everything shown here as JSON" @click=${copy}>Copy as JSON</button>
    </div>
  </header>`;
}

function layerTemplate(context: PanelContext, item: LayersItem, layer: LayerReport): TemplateResult {
  const roleOf = (name: string) => describeOrigin(context.bodies.find(layer) ?? [], name);
  const notesOf = (name: string) => context.notes.valueTemplate(layer, name);
  const inputs = layer.inputs.map((name, position) => ({ name, role: toInputName(layer.opType, position) }));
  return html`${headerTemplate(
    context,
    item.id,
    layer.opType,
    toOperatorFamily(layer.opType),
    layer.name || '(no name)',
    toJson(layer, context),
  )}
  ${item.layers.length > 1 ? siblingsTemplate(context, item, layer) : nothing}
  ${section('Runs inside', context.bodies.template(layer))}
  ${section('Attributes', layer.attributes.length === 0 ? null : attributesTemplate(layer.attributes))}
  ${section(
    'Inputs',
    html`${inputs.filter(({ name }) => name !== '').map(({ name, role }) => tensorTemplate(context, name, { role, notes: notesOf(name) }))}`,
  )}
  ${section(
    'Outputs',
    html`${layer.outputs.map(({ name }) => tensorTemplate(context, name, { role: roleOf(name), notes: notesOf(name), isOutput: true }))}
    ${context.isInside ? nothing : explainTemplate(context.app, layer)}`,
  )}
  ${section(
    context.isInside ? 'Cost of one run' : 'Cost',
    definitions([
      ['Parameters', formatExact(layer.parameters)],
      ['MAC', layer.macs === null ? 'unknown' : formatExact(layer.macs)],
      ['Output size', layer.activationBytes === null ? 'unknown' : formatBytes(layer.activationBytes)],
      ['Weights size', formatBytes(layer.weightBytes)],
      ...listDetails(detailsOf(layer, context)),
      ['Domain', layer.domain === '' ? 'ai.onnx' : layer.domain],
      [context.isInside ? 'Index in the body' : 'Index in the file', formatExact(layer.index)],
    ]),
  )}
  ${section('Metadata', context.notes.template(layer))}`;
}

/** How loops make an output; '' for any other, and while it is not known. */
function describeOrigin(bodies: readonly LayerBody[], name: string): string {
  const output = bodies.flatMap(({ outputs }) => outputs).find(({ outer }) => outer === name);
  return output === undefined ? '' : describeOutputRole(output);
}

function detailsOf({ index }: LayerReport, { app, isInside }: PanelContext): LayerDetails | undefined {
  return isInside ? undefined : app.state.details?.layers.get(index);
}

/** Empty while they are being worked out. */
function listDetails(details: LayerDetails | undefined): (readonly [string, string])[] {
  if (details === undefined) {
    return [];
  }
  const { liveBytes, arithmeticIntensity, receptiveField: field } = details;
  const pair = ([y, x]: readonly [number, number], sign: string): string =>
    `${formatSignificant(y, 6)} ${sign} ${formatSignificant(x, 6)}`;
  return [
    ['Live memory', formatBytes(liveBytes)],
    ['Intensity', arithmeticIntensity === null ? 'unknown' : `${formatSignificant(arithmeticIntensity, 3)} FLOP/B`],
    ...(field === null
      ? ([['Receptive field', 'none']] as const)
      : ([
          ['Receptive field', `${pair(field.size, '×')} px${field.exact ? '' : ', branches differ'}`],
          ['Its stride', `${pair(field.stride, '×')} px`],
          ['Centre of the first', `${field.start.map((at) => formatSignificant(at, 6)).join(', ')} px`],
        ] as const)),
  ];
}

/** The layers that share the box. */
function siblingsTemplate({ actions }: PanelContext, item: LayersItem, layer: LayerReport): TemplateResult {
  return html`<div class="properties-siblings" role="group" aria-label="Layers in this box">
    ${item.layers.map(
      ({ index, opType }) =>
        html`<button
          class="text-button"
          aria-pressed=${index === layer.index}
          @click=${() => actions.selectLayer(index)}
        >
          ${opType}
        </button>`,
    )}
  </div>`;
}

function blockTemplate(context: PanelContext, block: BlockItem): TemplateResult {
  const { summary, ...shown } = block;
  const { layerCount, parameters, macs, outputShape, operators } = summary();
  const repeat = block.repeat === null ? '' : `${block.repeat} times the same, `;
  return html`${headerTemplate(context, block.id, block.label, 'block', `${repeat}${formatExact(layerCount)} layers`, { ...shown, ...summary() })}
  ${section(
    context.isInside ? 'Cost of one run' : 'Cost',
    definitions([
      ['Parameters', formatExact(parameters)],
      ['MAC', macs === null ? 'unknown' : formatExact(macs)],
      ['Output', formatShape(outputShape)],
    ]),
  )}
  ${section('Operators', definitions(operators.map(([opType, count]) => [opType, formatCount(count)])))}`;
}

function valueTemplate(context: PanelContext, { id, role, value }: ValueItem): TemplateResult {
  const { outside, purposes = [] } = value;
  return html`${headerTemplate(context, id, value.name, 'value', toValueTitle(role, value), value)}
  ${outside === undefined ? nothing : outsideTemplate(role === 'input' ? describeInput(outside) : purposes.map(describeOutput).join('; '))}
  ${section(
    'Tensor',
    definitions([
      ['Type', value.type ?? 'unknown'],
      ['Declared shape', formatShape(value.shape)],
      ['Shape used here', formatShape(value.boundShape)],
    ]),
  )}
  ${section(role === 'input' ? 'Read by' : 'Made by', linksTemplate(context, value.name, role === 'input' ? 'readers' : 'producer'))}
  ${section('Metadata', context.notes.template(value))}`;
}

function outsideTemplate(text: string): TemplateResult | typeof nothing {
  return text === '' ? nothing : section('Outside', html`<p>${text}</p>`);
}

function section(title: string, content: TemplateResult | null): TemplateResult | typeof nothing {
  return content === null
    ? nothing
    : html`<section class="properties-section">
        <h3>${title}</h3>
        ${content}
      </section>`;
}

function definitions(entries: readonly (readonly [string, string])[]): TemplateResult {
  return html`<dl class="definitions">
    ${entries.map(
      ([term, text]) =>
        html`<dt>${term}</dt>
          <dd>${text}</dd>`,
    )}
  </dl>`;
}

function attributesTemplate(attributes: readonly AttributeReport[]): TemplateResult {
  return definitions(attributes.map(({ name, text }) => [name, text]));
}

function toJson(layer: LayerReport, context: PanelContext): unknown {
  const { tensors, bodies, notes } = context;
  const { inputs, attributes, hasNotes, ...rest } = layer;
  const inside = bodies.find(layer);
  return {
    ...rest,
    ...detailsOf(layer, context),
    attributes: Object.fromEntries(attributes.map(({ name, text }) => [name, text])),
    inputs: inputs.map((name) => {
      const entry = tensors.get(name);
      return { name, type: entry?.type ?? null, shape: entry?.shape ?? null, stored: Boolean(entry?.initializer) };
    }),
    ...(inside === null ? {} : { bodies: inside }),
    ...(hasNotes === true ? { notes: notes.find(layer) } : {}),
  };
}
