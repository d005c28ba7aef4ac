import type { GalleryCell } from '../../src/protocol/gallery';

/** Cells that are kept: several screens of them, some 60 kB each. */
const KEPT_CELLS = 400;
/** Cells asked for at once: few, so that what is in view now does not wait for what was. */
const ASKED_CELLS = 12;

type ReadCells = (ids: readonly string[]) => Promise<readonly GalleryCell[]>;

/** Fetches pictures and maps of the cells in view, and keeps a bounded number of them. */
export class CellCache {
  readonly #cells = new Map<string, GalleryCell>();
  readonly #read: ReadCells;
  readonly #arrived: () => void;
  #wanted: readonly string[] = [];
  #isAsking = false;
  /** Changes when what is kept becomes outdated. */
  #generation = 0;

  constructor(read: ReadCells, arrived: () => void) {
    this.#read = read;
    this.#arrived = arrived;
  }

  get size(): number {
    return this.#cells.size;
  }

  find(id: string): GalleryCell | undefined {
    return this.#cells.get(id);
  }

  clear(): void {
    this.#generation += 1;
    this.#cells.clear();
  }

  /** The cells in view now: those that are missing are asked for. */
  want(ids: readonly string[]): void {
    this.#wanted = ids;
    for (const id of ids) {
      const cell = this.#cells.get(id);
      if (cell !== undefined) {
        // Last in the order of the map: dropped last.
        this.#cells.delete(id);
        this.#cells.set(id, cell);
      }
    }
    void this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) {
      return;
    }
    this.#isAsking = true;
    try {
      for (;;) {
        const missing = this.#wanted.filter((id) => !this.#cells.has(id)).slice(0, ASKED_CELLS);
        if (missing.length === 0) {
          return;
        }
        const generation = this.#generation;
        const cells = await this.#read(missing);
        if (generation === this.#generation) {
          this.#keep(missing, cells);
          this.#arrived();
        }
      }
    } finally {
      this.#isAsking = false;
    }
  }

  #keep(asked: readonly string[], cells: readonly GalleryCell[]): void {
    // Without an answer there is nothing to show, and no use in asking again.
    const found = new Map(cells.map((cell) => [cell.id, cell]));
    for (const id of asked) {
      this.#cells.set(id, found.get(id) ?? { id, picture: null, map: null, otherMap: null });
    }
    for (const id of [...this.#cells.keys()].slice(0, Math.max(0, this.#cells.size - KEPT_CELLS))) {
      this.#cells.delete(id);
    }
  }
}
