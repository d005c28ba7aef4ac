import { NO_PATH, type PathState } from './pathBar';
import { findPath, type FoundPath } from './pathSearch';
import type { GraphView, ItemId } from './viewModel';

/** The path that is looked for or shown. */
export class PathTool {
  #state: PathState = NO_PATH;

  constructor(private readonly changed: () => void) {}

  get state(): PathState {
    return this.#state;
  }

  get found(): FoundPath | null {
    return this.#state.status === 'found' ? this.#state.path : null;
  }

  clear(): void {
    this.#set(NO_PATH);
  }

  /** The next item that is selected ends the path. */
  start(from: ItemId): void {
    this.#set({ status: 'choosing', from });
  }

  /** An item was selected: the end of a path, when one was started elsewhere. */
  end(view: GraphView, item: ItemId): void {
    if (this.#state.status === 'choosing' && item !== this.#state.from) {
      this.show(view, this.#state.from, item);
    }
  }

  show(view: GraphView, from: ItemId, to: ItemId): void {
    const path = findPath(view, from, to);
    this.#set(path === null ? { status: 'missing', from, to } : { status: 'found', path });
  }

  #set(state: PathState): void {
    this.#state = state;
    this.changed();
  }
}
