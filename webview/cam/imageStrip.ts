import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ImageAnswer } from '../../src/protocol/explanation';
import type { ImageItem } from '../../src/protocol/messages';
import type { ImageState } from '../app';
import type { CamActions } from './camActions';
import { toClassLabel } from './classLabels';
import { formatPercent } from './formatNumber';
import { painted } from './painted';
import { putPixels } from './rasters';

export interface ImageStripState {
  readonly images: readonly ImageItem[];
  readonly imageStates: ReadonlyMap<string, ImageState>;
  readonly selected: string;
  readonly labels: readonly string[] | null;
}

/** The images one chose, with what became of each; arrow keys move, Delete takes one away. */
export function imageStrip(strip: ImageStripState, actions: CamActions): TemplateResult {
  return html`<div class="cam-strip">
    <button
      class="cam-button"
      title="Choose images of the workspace, or drag them here from the Explorer, holding Shift as you drop"
      @click=${actions.pickImages}
    >
      Add Images…
    </button>
    <button
      class="cam-button cam-secondary"
      title="Explain all images of a folder, in the view Images"
      @click=${actions.explainFolder}
    >
      Folder…
    </button>
    <div
      class="cam-images"
      role="listbox"
      aria-label="Images"
      aria-orientation="horizontal"
      @keydown=${(event: KeyboardEvent) => onKey(event, strip, actions)}
    >
      ${repeat(
        strip.images,
        ({ id }) => id,
        (image) => imageCard(image, strip, actions),
      )}
    </div>
  </div>`;
}

function imageCard(
  image: ImageItem,
  { imageStates, selected, labels }: ImageStripState,
  actions: CamActions,
): TemplateResult {
  const imageState = imageStates.get(image.id) ?? { status: 'waiting' };
  const status = describeStatus(imageState, labels);
  const isSelected = image.id === selected;
  return html`<div
    class="cam-image ${imageState.status}"
    role="option"
    tabindex=${isSelected ? 0 : -1}
    aria-selected=${isSelected}
    aria-keyshortcuts="Delete Backspace"
    aria-label="${image.name}: ${status}"
    title="${image.path}
${status}"
    @click=${() => actions.selectImage(image.id)}
  >
    ${
      imageState.status === 'explained'
        ? thumbnail(imageState)
        : html`<div class="cam-thumbnail">${STATUS_SIGNS[imageState.status]}</div>`
    }
    <div class="cam-image-text">
      <span class="cam-image-name">${image.name}</span>
      <span class="cam-image-status">${status}</span>
    </div>
    ${isSelected ? removeButton(image, actions) : nothing}
  </div>`;
}

function removeButton({ id, name }: ImageItem, actions: CamActions): TemplateResult {
  const remove = (event: Event): void => {
    // The card's own click would select what is being taken away.
    event.stopPropagation();
    actions.removeImage(id);
  };
  // For the pointer: an option may hold no button, and the keyboard has Delete.
  return html`<span class="cam-remove" aria-hidden="true" title="Remove ${name} from the list (Delete)" @click=${remove}
    >×</span
  >`;
}

/** Keys are of the image that has the focus: the one selected is drawn a frame after the click that selects it. */
function onKey(event: KeyboardEvent, { images }: ImageStripState, actions: CamActions): void {
  const list = event.currentTarget as HTMLElement;
  const cards = [...list.querySelectorAll<HTMLElement>('[role=option]')];
  const place = cards.findIndex((card) => card === event.target);
  if (place === -1) {
    return;
  }
  const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: images.length - 1 }[event.key];
  if (event.key === 'Delete' || event.key === 'Backspace') {
    removeAndGoOn(list, images[place].id, actions);
  } else if (next !== undefined && images[next]) {
    event.preventDefault();
    actions.selectImage(images[next].id);
    cards[next].focus();
  }
}

/** The focus goes with the element that is taken away: it moves on to the neighbour, or to where images come from. */
function removeAndGoOn(list: HTMLElement, imageId: string, actions: CamActions): void {
  const view = list.closest('.cam-view');
  actions.removeImage(imageId);
  // Frames run in the order they were asked for: the view has been drawn again.
  requestAnimationFrame(() => {
    const next = view?.querySelector('.cam-image[aria-selected=true]') ?? view?.querySelector('.cam-button');
    (next as HTMLElement | null | undefined)?.focus();
  });
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
      return describeTop(imageState.explanation, labels);
  }
}

function describeTop({ top, probabilities }: ImageAnswer, labels: readonly string[] | null): string {
  const [first] = top;
  if (first === undefined) {
    return 'Explained';
  }
  const label = toClassLabel(labels, first);
  return probabilities ? `${label} ${formatPercent(probabilities[first])}` : label;
}
