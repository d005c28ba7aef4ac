import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ImageItem } from '../../src/protocol/messages';
import type { ImageState } from '../app';
import type { CamActions } from './camActions';
import { toClassLabel } from './classLabels';
import { painted } from './painted';
import { putPixels } from './rasters';

export interface ImageStripState {
  readonly images: readonly ImageItem[];
  readonly imageStates: ReadonlyMap<string, ImageState>;
  readonly selected: string;
  readonly labels: readonly string[] | null;
}

/** The images one chose, with what became of each; arrow keys move, Delete takes one away. */
export function imageStrip(
  { images, imageStates, selected, labels }: ImageStripState,
  actions: CamActions,
): TemplateResult {
  return html`<div class="cam-strip">
    <button class="cam-button" @click=${actions.pickImages} title="Choose images of the workspace">Add images…</button>
    <div class="cam-images" role="listbox" aria-label="Images" aria-orientation="horizontal" @keydown=${onKey}>
      ${repeat(
        images,
        ({ id }) => id,
        (image) => card(image, imageStates.get(image.id) ?? { status: 'waiting' }, image.id === selected),
      )}
    </div>
  </div>`;

  function card(image: ImageItem, imageState: ImageState, isSelected: boolean): TemplateResult {
    const status = describeStatus(imageState, labels);
    return html`<div
      class="cam-image ${imageState.status}"
      role="option"
      tabindex=${isSelected ? 0 : -1}
      aria-selected=${isSelected}
      aria-label="${image.name}: ${status}"
      title="${image.path}
${status}"
      @click=${() => actions.selectImage(image.id)}
    >
      ${imageState.status === 'explained' ? thumbnail(imageState) : html`<div class="cam-thumbnail">${STATUS_SIGNS[imageState.status]}</div>`}
      <div class="cam-image-text">
        <span class="cam-image-name">${image.name}</span>
        <span class="cam-image-status">${status}</span>
      </div>
      ${
        isSelected
          ? html`<button
              class="cam-remove"
              tabindex="-1"
              aria-label="Remove ${image.name} from the list"
              title="Remove from the list (Delete)"
              @click=${(event: Event) => {
                event.stopPropagation();
                actions.removeImage(image.id);
              }}
            >
              ×
            </button>`
          : nothing
      }
    </div>`;
  }

  function onKey(event: KeyboardEvent): void {
    const place = images.findIndex(({ id }) => id === selected);
    const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: images.length - 1 }[event.key];
    if (event.key === 'Delete') {
      actions.removeImage(selected);
    } else if (next !== undefined && images[next]) {
      event.preventDefault();
      actions.selectImage(images[next].id);
      (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role=option]')[next]?.focus();
    }
  }
}

const STATUS_SIGNS = {
  waiting: '…',
  running: html`<span class="cam-spinner"></span>`,
  failed: html`<span class="cam-warning">!</span>`,
} as const;

function thumbnail({ explanation }: Extract<ImageState, { status: 'explained' }>): TemplateResult {
  const { inputPicture } = explanation;
  return html`<canvas
    class="cam-thumbnail"
    ${painted([inputPicture], (canvas) => putPixels(canvas, inputPicture.rgba, inputPicture.height, inputPicture.width))}
  ></canvas>`;
}

function describeStatus(imageState: ImageState, labels: readonly string[] | null): string {
  switch (imageState.status) {
    case 'waiting':
      return 'Waiting';
    case 'running':
      return 'Running the model…';
    case 'failed':
      return imageState.failure.code === 'cancelled' ? 'Cancelled' : 'Failed';
    case 'explained':
      return toClassLabel(labels, imageState.explanation.top[0]);
  }
}
