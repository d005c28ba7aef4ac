import type { AppState } from './app';

export interface Store {
  readonly state: AppState;
  update(change: Partial<AppState>): void;
}

/**
 * Holds the state and tells `draw` about it at most once per animation frame, however many changes there were.
 * `requestFrame` is passed in so that tests decide when a frame comes.
 */
export function createStore(
  initial: AppState,
  draw: (state: AppState) => void,
  requestFrame: (callback: () => void) => void = requestAnimationFrame,
): Store {
  let state = initial;
  let frameRequested = false;
  return {
    get state() {
      return state;
    },
    update(change) {
      state = { ...state, ...change };
      if (!frameRequested) {
        frameRequested = true;
        requestFrame(() => {
          frameRequested = false;
          draw(state);
        });
      }
    },
  };
}
