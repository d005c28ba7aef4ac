import type { AppState } from './app';

/** What changes when an image is taken off the list; its neighbour is looked at instead. */
export function removeImage(state: AppState, imageId: string): Partial<AppState> {
  const place = state.images.findIndex(({ id }) => id === imageId);
  if (place === -1) {
    return {};
  }
  const images = state.images.filter(({ id }) => id !== imageId);
  const imageStates = new Map(state.imageStates);
  imageStates.delete(imageId);
  const layerMaps = new Map([...state.layerMaps].filter(([, { request }]) => request.imageId !== imageId));
  const isSelected = state.choices.selectedImage === imageId;
  const neighbour = images[Math.min(place, images.length - 1)]?.id ?? null;
  return {
    images,
    imageStates,
    layerMaps,
    ...(isSelected ? { choices: { ...state.choices, selectedImage: neighbour } } : {}),
  };
}
