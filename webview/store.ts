export interface Store<State> {
  readonly state: State;
  update(change: Partial<State>): void;
  /** Draws changes that wait for the next frame at once. */
  flush(): void;
}

/**
 * Holds the state and tells `draw` about it at most once per animation frame, however many changes there were.
 * `requestFrame` is passed in so that tests decide when a frame comes.
 */
export function createStore<State extends object>(
  initial: State,
  draw: (state: State) => void,
  requestFrame: (callback: () => void) => void = requestAnimationFrame,
): Store<State> {
  let state = initial;
  let frameRequested = false;
  let drawn = initial;
  const flush = (): void => {
    if (drawn !== state) {
      drawn = state;
      draw(state);
    }
  };
  return {
    flush,
    get state() {
      return state;
    },
    update(change) {
      state = { ...state, ...change };
      if (!frameRequested) {
        frameRequested = true;
        requestFrame(() => {
          frameRequested = false;
          flush();
        });
      }
    },
  };
}
