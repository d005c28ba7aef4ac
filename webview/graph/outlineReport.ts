import type { App } from '../app';
import type { GraphModel } from './graphModel';
import { toOutline } from './outline';
import type { Scene } from './scene';
import type { GraphView } from './viewModel';

/** Leaves the page time for frames and the pointer in between. */
const SLICE_MS = 8;

/** Tells the editor what its outline shows, the model's own graph: once for each reading of it. */
export class OutlineReport {
  #told: GraphModel | null = null;

  constructor(
    private readonly app: App,
    private readonly scene: Pick<Scene, 'model' | 'graphs'>,
  ) {}

  /** To be called when the picture can be seen: looking at every block of a large graph takes a while. */
  async tell(): Promise<void> {
    const { model } = this.scene;
    if (model === null || model.path.length > 0 || model === this.#told) {
      return;
    }
    this.#told = model;
    await lookAtAll(model.view);
    if (this.scene.graphs[0]?.model === model) {
      this.app.channel.send({ type: 'outlined', items: toOutline(model.view) });
    }
  }
}

/** Looks at every block of a graph, a few milliseconds at a time. */
async function lookAtAll({ items }: GraphView): Promise<void> {
  const rest = items.values()[Symbol.iterator]();
  let end = 0;
  while (rest.next().done !== true) {
    if (performance.now() > end) {
      await new Promise((resolve) => setTimeout(resolve));
      end = performance.now() + SLICE_MS;
    }
  }
}
