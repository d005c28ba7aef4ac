import type { HostToWebview, ImageItem } from '../src/protocol/messages';
import type { AppState, ImageState } from './app';
import { readCamChoices } from './cam/camChoices';
import { applyGalleryEvent } from './gallery/galleryContent';
import { removeImage } from './removeImage';

type EventOf<Type extends HostToWebview['type']> = Extract<HostToWebview, { readonly type: Type }>;

/** What an event of the host changes in the state. Pure: the store applies it. */
export function applyHostEvent(state: AppState, event: HostToWebview): Partial<AppState> {
  switch (event.type) {
    case 'modelLoaded':
      return applyModelLoaded(state, event);
    case 'modelSentAhead':
      return {};
    case 'modelFailed':
      return { failure: event.failure };
    case 'viewRequested':
      return { choices: { ...state.choices, view: event.view } };
    case 'mapRequested':
      return applyMapRequested(state, event);
    case 'itemRequested':
      return { requestedItem: { item: event.item }, choices: { ...state.choices, view: 'graph' } };
    case 'settingsChanged':
      return applySettings(state, event);
    case 'imagesAdded':
      return applyImagesAdded(state, event);
    case 'imageRemoved':
      return removeImage(state, event.imageId);
    case 'galleryChanged':
    case 'galleryAdvanced':
      return { galleries: applyGalleryEvent(state.galleries, event) };
    case 'headAdvanced':
      return { headProgress: { ...state.headProgress, [event.work]: event.progress } };
    case 'progressed':
      return { tasks: applyProgress(state.tasks, event) };
    default:
      return assertNever(event);
  }
}

function applyModelLoaded(state: AppState, { report, display, trusted }: EventOf<'modelLoaded'>): Partial<AppState> {
  const { selectedLayer } = state.choices;
  const isLayer = selectedLayer !== null && report.layers.some(({ index }) => index === selectedLayer);
  return {
    report,
    details: null,
    display,
    trusted,
    failure: null,
    classifier: null,
    mapChoices: null,
    targetChoices: new Map(),
    layerMaps: new Map(),
    // Times belong to the file and the shapes that were measured.
    measurement: null,
    imageStates: allWaiting(state.images),
    choices: { ...state.choices, selectedLayer: isLayer ? selectedLayer : null },
  };
}

/**
 * When other pixels go into the model, what was explained before is no longer what it would say. Otherwise, as with other
 * labels, only what has failed is tried again: a mistake in the file of the settings may be mended.
 */
function applySettings(state: AppState, { settings }: EventOf<'settingsChanged'>): Partial<AppState> {
  const { settings: known, images, imageStates } = state;
  const isOther = known !== null && JSON.stringify(known.preprocessing) !== JSON.stringify(settings.preprocessing);
  const again = images.filter(({ id }) => isOther || imageStates.get(id)?.status === 'failed');
  const kept = [...state.layerMaps].filter(([, { status }]) => !isOther && status !== 'failed');
  return { settings, layerMaps: new Map(kept), imageStates: new Map([...imageStates, ...allWaiting(again)]) };
}

function applyImagesAdded(state: AppState, { images }: EventOf<'imagesAdded'>): Partial<AppState> {
  const known = new Set(state.images.map(({ id }) => id));
  const added = images.filter(({ id }) => !known.has(id));
  const imageStates = new Map(state.imageStates);
  for (const { id } of added) {
    imageStates.set(id, { status: 'waiting' });
  }
  const isRestored = state.images.length === 0 && images.some(({ id }) => id === state.choices.selectedImage);
  const selectedImage = isRestored ? state.choices.selectedImage : (images[0]?.id ?? state.choices.selectedImage);
  return { images: [...state.images, ...added], imageStates, choices: { ...state.choices, selectedImage } };
}

/** A class or channel that was chosen to be compared with belongs to what was looked at before. */
function applyMapRequested(state: AppState, event: EventOf<'mapRequested'>): Partial<AppState> {
  const { imageId: selectedImage, classIndex: selectedClass, method, layer } = event;
  const cam = { ...readCamChoices(state), method, layer, contrastClass: null };
  return { choices: { ...state.choices, view: 'cam', selectedImage, selectedClass, selectedChannel: null, cam } };
}

function applyProgress(tasks: AppState['tasks'], event: EventOf<'progressed'>): AppState['tasks'] {
  const changed = new Map(tasks);
  if (event.done) {
    changed.delete(event.task);
  } else {
    changed.set(event.task, { label: event.label, fraction: event.fraction });
  }
  return changed;
}

function allWaiting(images: readonly ImageItem[]): ReadonlyMap<string, ImageState> {
  return new Map(images.map(({ id }) => [id, { status: 'waiting' }]));
}

function assertNever(event: never): never {
  throw new Error(`Unknown event of the host: ${JSON.stringify(event)}`);
}
