import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { ImageItem } from '../../src/protocol/messages';
import type { BoxTarget, ElementsTarget, TargetChoice, TargetOffers } from '../../src/protocol/target';
import type { CamActions } from './camActions';
import { toName } from './explainedTarget';
import type { Scene } from './scene';
import { createBox, createElements, createTarget } from './targetKinds';
import { findTargetKind, listSpatialOutputs, listTargetKinds, TARGET_LABELS } from './targetKinds';
import type { TargetKind } from './targetKinds';

export interface TargetForm {
  readonly scene: Scene;
  /** What is explained; null: a class. */
  readonly target: TargetChoice | null;
  readonly offers: TargetOffers;
  readonly images: readonly ImageItem[];
}

/** What the map explains: a list of kinds, and the fields of the one chosen. */
export function targetForm(form: TargetForm, actions: CamActions): TemplateResult | typeof nothing {
  const { scene, target, offers, images } = form;
  const classes = offers.usual === null ? (scene.explained?.answer.logits.length ?? 2) : 0;
  const kinds = listTargetKinds(offers, classes);
  const isDifference = scene.explained
    ? scene.explained.target.contrastClass !== null
    : scene.cam.contrastClass !== null;
  const kind = findTargetKind(target, isDifference, offers, classes);
  if (kinds.length < 2 && kinds.includes(kind)) {
    return nothing;
  }
  const choose = (event: Event): void => {
    const select = event.target as HTMLSelectElement;
    const chosen = select.value as TargetKind;
    // Until the choice is made (a file may have to be picked first), the list tells what is explained.
    select.value = kind;
    chooseKind(chosen, form, actions);
  };
  const option = (each: TargetKind): TemplateResult => {
    const isLacking = each === 'similarity' && images.length < 2 && kind !== 'similarity';
    return html`<option
      value=${each}
      ?disabled=${isLacking}
      title=${isLacking ? 'Add a second image to compare with' : ''}
      .selected=${each === kind}
    >
      ${each === 'class' && classes === 1 ? TARGET_LABELS.number : TARGET_LABELS[each]}${isLacking ? ' (add a second image)' : ''}
    </option>`;
  };
  return html`<label class="cam-control">
      <span>Target</span>
      <select @change=${choose}>
        ${kinds.map(option)}
      </select>
    </label>
    ${target === null ? nothing : fields(target, form, actions)}`;
}

function chooseKind(kind: TargetKind, { scene, offers, images }: TargetForm, actions: CamActions): void {
  const { explained, item, cam } = scene;
  if (kind === 'mask') {
    const [{ name }] = listSpatialOutputs(offers);
    actions.pickMask((file) => actions.chooseCam({ target: { kind: 'mask', output: name, channel: 0, file } }));
  } else if (kind === 'class') {
    actions.chooseCam({ target: null, contrastClass: null });
  } else if (kind === 'difference') {
    const top = explained?.answer.top ?? [];
    const other = top.find((each) => each !== (scene.choices.selectedClass ?? top[0])) ?? null;
    actions.chooseCam({ target: null, contrastClass: cam.contrastClass ?? other });
  } else {
    const other = images.find(({ id }) => id !== item.id)?.id ?? null;
    const target = createTarget(kind, offers, other);
    if (target !== null) {
      actions.chooseCam({ target });
    }
  }
}

function fields(target: TargetChoice, form: TargetForm, actions: CamActions): TemplateResult {
  const set = (changed: TargetChoice): void => actions.chooseCam({ target: changed });
  switch (target.kind) {
    case 'box':
      return boxFields(target, form, set);
    case 'mask':
      return html`<div class="cam-target-fields">${regionFields(target, form, set)}</div>
        <p class="cam-target-file">
          <code title=${target.file}>${toName(target.file)}</code>
          <button class="cam-button cam-secondary" @click=${() => actions.pickMask((file) => set({ ...target, file }))}>
            Choose another…
          </button>
        </p>
        <p class="cam-note">
          A PNG of the size of the image counts where it is not black; a <code>.npy</code> array gives a weight for each
          cell of the output.
        </p>`;
    case 'similarity':
      return similarityFields(target, form, set);
    case 'elements':
      return elementFields(target, form, set);
  }
}

function boxFields(target: BoxTarget, form: TargetForm, set: (changed: TargetChoice) => void): TemplateResult {
  const grid = listSpatialOutputs(form.offers).find(({ name }) => name === target.output)?.grid ?? null;
  const { left, top, width, height } = target;
  const [columns, rows] = [grid?.columns ?? left + width, grid?.rows ?? top + height];
  return html`<div class="cam-target-fields">
      ${regionFields(target, form, set)}
      ${numberField('Left', left, 0, columns - width, (value) => set({ ...target, left: value }))}
      ${numberField('Top', top, 0, rows - height, (value) => set({ ...target, top: value }))}
      ${numberField('Width', width, 1, columns - left, (value) => set({ ...target, width: value }))}
      ${numberField('Height', height, 1, rows - top, (value) => set({ ...target, height: value }))}
    </div>
    <p class="cam-note">
      In cells of the output, ${columns} columns by ${rows} rows. Or drag a box over the picture.
    </p>`;
}

/** Which channel of which output. */
function regionFields(
  target: Extract<TargetChoice, { readonly kind: 'box' | 'mask' }>,
  { offers }: TargetForm,
  set: (changed: TargetChoice) => void,
): TemplateResult {
  const outputs = listSpatialOutputs(offers);
  const current = outputs.find(({ name }) => name === target.output);
  const names = outputs.map(({ name }) => name);
  const channels = current?.grid.channels ?? target.channel + 1;
  const setOutput = (name: string): void => {
    const output = outputs.find((each) => each.name === name);
    if (output) {
      set(target.kind === 'box' ? createBox(output) : { ...target, output: name, channel: 0 });
    }
  };
  return html`${listField('Output', names, target.output, setOutput)}
  ${numberField(`Channel, 0 to ${channels - 1}`, target.channel, 0, channels - 1, (channel) => set({ ...target, channel }))}`;
}

function similarityFields(
  target: Extract<TargetChoice, { readonly kind: 'similarity' }>,
  { offers, images, scene }: TargetForm,
  set: (changed: TargetChoice) => void,
): TemplateResult {
  const files = [...new Set([...images.map(({ id }) => id), target.file])];
  const nameOf = (id: string): string => {
    const name = images.find((image) => image.id === id)?.name ?? toName(id);
    return id === scene.item.id ? `${name} (this image)` : name;
  };
  const embeddings = offers.embeddings.map(({ name }) => name);
  const sizeOf = (name: string): string => {
    const size = offers.embeddings.find((each) => each.name === name)?.size;
    return size === undefined ? name : `${name}, ${size} numbers`;
  };
  return html`<div class="cam-target-fields">
    ${listField('Image to compare with', files, target.file, (file) => set({ ...target, file }), nameOf)}
    ${listField('Embedding', embeddings, target.output ?? embeddings[0], (output) => set({ ...target, output }), sizeOf)}
  </div>`;
}

function elementFields(
  target: ElementsTarget,
  { offers }: TargetForm,
  set: (changed: TargetChoice) => void,
): TemplateResult {
  const output = offers.outputs.find(({ name }) => name === target.output);
  const names = offers.outputs.map(({ name }) => name);
  const setOutput = (name: string): void => {
    const chosen = offers.outputs.find((each) => each.name === name);
    if (chosen) {
      set(createElements(chosen));
    }
  };
  const setIndex = (axis: number, value: number | null): void =>
    set({ ...target, index: target.index.map((each, place) => (place === axis ? value : each)) });
  return html`<div class="cam-target-fields">
      ${listField('Output', names, target.output, setOutput)}
      ${target.index.map((value, axis) => {
        const size = output?.shape[axis] ?? (value ?? 0) + 1;
        // The batch: one image at a time.
        return axis === 0 || size === 1
          ? nothing
          : numberField(
              `Index ${axis}, 0 to ${size - 1}`,
              value,
              0,
              size - 1,
              (each) => setIndex(axis, each),
              () => setIndex(axis, null),
            );
      })}
    </div>
    ${target.index.length > 1 ? html`<p class="cam-note">An empty index adds up all of that dimension.</p>` : nothing}`;
}

function listField(
  label: string,
  values: readonly string[],
  selected: string,
  onChoose: (value: string) => void,
  describe: (value: string) => string = (value) => value,
): TemplateResult {
  const all = values.includes(selected) ? values : [...values, selected];
  return html`<label class="cam-control" title=${selected}>
    <span>${label}</span>
    <select @change=${(event: Event) => onChoose(all[(event.target as HTMLSelectElement).selectedIndex])}>
      ${all.map((value) => html`<option .selected=${value === selected}>${describe(value)}</option>`)}
    </select>
  </label>`;
}

/** A whole number, brought inside its limits; `onEmpty`: it may be left out. */
function numberField(
  label: string,
  value: number | null,
  minimum: number,
  maximum: number,
  onChoose: (value: number) => void,
  onEmpty?: () => void,
): TemplateResult {
  const choose = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    if (field.value.trim() === '' && onEmpty) {
      onEmpty();
    } else if (Number.isFinite(field.valueAsNumber)) {
      const within = Math.min(maximum, Math.max(minimum, Math.round(field.valueAsNumber)));
      field.value = String(within);
      onChoose(within);
    } else {
      field.value = String(value ?? '');
    }
  };
  return html`<label class="cam-control">
    <span>${label}</span>
    <input type="number" min=${minimum} max=${maximum} step="1" .value=${String(value ?? '')} @change=${choose} />
  </label>`;
}
