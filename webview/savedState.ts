import type { AppState, Choices } from './app';
import { isCamChoices } from './cam/camChoices';
import { isHeadChoices } from './head/headChoices';
import { NO_GALLERIES } from './gallery/galleryContent';
import { isGalleryChoices } from './gallery/galleryOrder';

const FIRST_CHOICES: Choices = {
  view: 'graph',
  selectedLayer: null,
  selectedImage: null,
  selectedClass: null,
  selectedChannel: null,
  colorMap: 'viridis',
  opacity: 0.8,
  sign: 'signed',
  placement: 'receptiveField',
};

/** The state of a page that has just started. `saved` is what setState kept: of this or an older version, or nothing. */
export function createInitialState(saved: unknown): AppState {
  return {
    report: null,
    details: null,
    failure: null,
    settings: null,
    display: null,
    trusted: false,
    images: [],
    imageStates: new Map(),
    classifier: null,
    mapChoices: null,
    targetChoices: new Map(),
    layerMaps: new Map(),
    galleries: NO_GALLERIES,
    measurement: null,
    tasks: new Map(),
    requestedItem: null,
    choices: { ...FIRST_CHOICES, ...readSavedChoices(saved) },
  };
}

/** The saved choices that are still understood; unknown or wrongly typed ones are left out. */
export function readSavedChoices(saved: unknown): Partial<Choices> {
  if (!isRecord(saved) || !isRecord(saved['choices'])) {
    return {};
  }
  const { choices } = saved;
  const kept = Object.entries(CHECKS).filter(([name, isValid]) => name in choices && isValid(choices[name]));
  return Object.fromEntries(kept.map(([name]) => [name, choices[name]]));
}

const isNumberOrNull = (value: unknown): boolean => value === null || Number.isFinite(value);
const isOneOf =
  (...values: readonly string[]) =>
  (value: unknown): boolean =>
    typeof value === 'string' && values.includes(value);

const CHECKS: Record<keyof Choices, (value: unknown) => boolean> = {
  view: isOneOf('graph', 'summary', 'head', 'cam', 'images'),
  selectedLayer: isNumberOrNull,
  selectedImage: (value) => value === null || typeof value === 'string',
  selectedClass: isNumberOrNull,
  selectedChannel: isNumberOrNull,
  colorMap: (value) => typeof value === 'string',
  opacity: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  sign: isOneOf('signed', 'positive', 'negative'),
  placement: isOneOf('receptiveField', 'stretch'),
  cam: isCamChoices,
  head: isHeadChoices,
  gallery: isGalleryChoices,
  graph: isGraphChoices,
};

function isGraphChoices(value: unknown): boolean {
  return (
    isRecord(value) &&
    Array.isArray(value['expanded']) &&
    isViewport(value['viewport']) &&
    (value['width'] === undefined || Number.isFinite(value['width'])) &&
    ['root', 'colorBy'].every((name) => value[name] === undefined || typeof value[name] === 'string') &&
    (value['inside'] === undefined || isInside(value['inside']))
  );
}

function isInside(value: unknown): boolean {
  return (
    isRecord(value) &&
    isRecord(value['step']) &&
    [value['step']['layer'], value['step']['body']].every(Number.isFinite) &&
    isGraphChoices(value['graph'])
  );
}

function isViewport(value: unknown): boolean {
  return value === null || (isRecord(value) && ['k', 'x', 'y'].every((name) => Number.isFinite(value[name])));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
