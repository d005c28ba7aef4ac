import { html, nothing, type TemplateResult } from 'lit/html.js';
import { RequestFailure } from '../../src/protocol/channel';
import type { ModelReport, ReportDimension, ValueReport } from '../../src/protocol/modelReport';
import type { App } from '../app';

/** Sizes the user typed for free dimensions, until they are sent to the host. */
export interface ShapeForm {
  /** Key: input name and axis. */
  readonly typed: Map<string, number>;
  busy: boolean;
  message: string | null;
  submit(): void;
}

export function createShapeForm(app: App, changed: () => void): ShapeForm {
  const form: ShapeForm = {
    typed: new Map(),
    busy: false,
    message: null,
    submit() {
      const { report } = app.state;
      if (report !== null && !form.busy) {
        void send(app, report, form, changed);
      }
    },
  };
  return form;
}

async function send(app: App, report: ModelReport, form: ShapeForm, changed: () => void): Promise<void> {
  form.busy = true;
  form.message = null;
  changed();
  try {
    await app.channel.request('bindShapes', { shapes: toShapes(report, form.typed) });
    form.typed.clear();
  } catch (error) {
    if (!(error instanceof RequestFailure)) {
      throw error;
    }
    form.message = error.message;
  } finally {
    form.busy = false;
    changed();
  }
}

/** The bound shape of every input that has a free dimension, with what was typed put in. */
export function toShapes(
  { inputs }: Pick<ModelReport, 'inputs'>,
  typed: ReadonlyMap<string, number>,
): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  for (const input of inputs) {
    const sizes = input.shape?.map((_, axis) => typed.get(toKey(input.name, axis)) ?? input.boundShape?.[axis]);
    if (input.shape?.some(isFree) && sizes?.every((size) => typeof size === 'number')) {
      shapes[input.name] = sizes.filter((size) => typeof size === 'number');
    }
  }
  return shapes;
}

function isFree(size: ReportDimension): boolean {
  return typeof size !== 'number';
}

function toKey(name: string, axis: number): string {
  return `${axis} ${name}`;
}

/** One number field per free dimension; nothing for a model without any. */
export function shapeFormTemplate(report: ModelReport, form: ShapeForm): TemplateResult | typeof nothing {
  const inputs = report.inputs.filter(({ shape }) => shape?.some(isFree));
  if (inputs.length === 0) {
    return nothing;
  }
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    form.submit();
  };
  return html`<form class="shape-form" @submit=${onSubmit}>
    <span class="muted">Free dimensions count as</span>
    ${inputs.map((input) => dimensionFields(input, form))}
    <button class="text-button" ?disabled=${form.busy}>${form.busy ? 'Analysing…' : 'Apply'}</button>
    <span class="inline-error" role="alert">${form.message ?? ''}</span>
  </form>`;
}

function dimensionFields(input: ValueReport, form: ShapeForm): TemplateResult {
  return html`${(input.shape ?? []).map((size, axis) => {
    if (typeof size === 'number') {
      return nothing;
    }
    const key = toKey(input.name, axis);
    const bound = input.boundShape?.[axis];
    const value = form.typed.get(key) ?? (typeof bound === 'number' ? bound : '');
    return html`<label class="dimension">
      ${size ?? `axis ${axis}`}
      <input
        class="input"
        type="number"
        min="1"
        step="1"
        required
        aria-label="Size of ${size ?? `axis ${axis}`} of input ${input.name}"
        .value=${String(value)}
        @input=${(event: Event) => form.typed.set(key, Number((event.target as HTMLInputElement).value))}
      />
    </label>`;
  })}`;
}
