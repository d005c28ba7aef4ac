import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { InitializerReport, LayerReport } from '../../src/protocol/modelReport';
import { formatBytes, formatShape } from '../quantity';
import type { TensorEntry } from './tensorIndex';
import type { TensorLook } from './tensorLook';
import type { TensorStatisticsList } from './tensorStatistics';

export interface TensorContext {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly statistics: TensorStatisticsList;
  readonly look: TensorLook;
  readonly actions: { selectLayer(index: number): void };
}

/** More are counted, not listed. */
const MOST_LINKS = 8;

interface TensorUse {
  /** The operator's name for it; '' where it has none. */
  readonly role: string;
  /** What the file says about it. */
  readonly notes: TemplateResult | typeof nothing;
  readonly isOutput?: boolean;
}

/** One tensor that a layer reads or makes. */
export function tensorTemplate(
  context: TensorContext,
  name: string,
  { role, notes, isOutput = false }: TensorUse,
): TemplateResult {
  const entry = context.tensors.get(name);
  const initializer = entry?.initializer ?? null;
  return html`<div class="tensor">
    <div class="tensor-line">
      ${role === '' ? nothing : html`<span class="tensor-role">${role}</span>`}
      <span class="tensor-shape">${formatShape(entry?.shape ?? null)}</span>
      <span class="tensor-type">${entry?.type ?? ''}</span>
    </div>
    <div class="tensor-name" title=${name}>${name}</div>
    ${entry?.note ? html`<div class="tensor-storage">${entry.note}</div>` : nothing}
    ${initializer === null ? nothing : initializerTemplate(initializer, context)}
    ${initializer === null || isOutput ? linksTemplate(context, name, isOutput ? 'readers' : 'producer') : nothing}
    ${notes}
  </div>`;
}

/** Links to the layers at the other end of a tensor. */
export function linksTemplate(
  { tensors, actions }: TensorContext,
  name: string,
  end: 'producer' | 'readers',
): TemplateResult {
  const entry = tensors.get(name);
  const producer = entry?.producer ?? null;
  const layers = end === 'readers' ? (entry?.readers ?? []) : producer === null ? [] : [producer];
  const word = end === 'readers' ? 'to' : 'from';
  const link = ({ index, opType, name: layerName }: LayerReport): TemplateResult =>
    html`<button class="link-button" @click=${() => actions.selectLayer(index)}>
      ${word} ${opType} ${layerName}
    </button>`;
  return html`${layers.slice(0, MOST_LINKS).map(link)}
  ${layers.length > MOST_LINKS ? html`<span class="tensor-storage">and ${layers.length - MOST_LINKS} more</span>` : nothing}`;
}

function initializerTemplate(
  initializer: InitializerReport,
  { statistics, look }: Pick<TensorContext, 'statistics' | 'look'>,
): TemplateResult {
  const place = { file: 'in the file', external: 'in another file', node: 'made by a node' }[initializer.storage];
  return html`<div class="tensor-storage">${initializer.role}, ${formatBytes(initializer.sizeBytes)} ${place}</div>
    <div class="tensor-actions">${statistics.template(initializer)} ${look.template(initializer)}</div>`;
}
