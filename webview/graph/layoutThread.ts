import { toCanonicalGraph } from './canonicalGraph';
import type { BlockGraph, BlockLayout } from './blockGraph';
import { layoutBlock } from './layoutBlock';
import LayoutWorker from './layoutWorker?worker&inline';

/**
 * Up to this many children and edges, a block is laid out at once: dagre needs a few milliseconds for it, starting a
 * worker and waiting for its answer 30 to 60, which would delay the first picture.
 */
const SMALL = 80;

export interface LayoutThread {
  /**
   * Without the thread (a policy may forbid it) the work is done here. Blocks that are built alike are laid out once.
   * `inBackground`: small blocks too go to the thread, because there are many of them.
   */
  layout(graph: BlockGraph, inBackground: boolean): BlockLayout | Promise<BlockLayout>;
}

export function createLayoutThread(): LayoutThread {
  const cache = new Map<string, BlockLayout | Promise<BlockLayout>>();
  const run = createWorkerCalls();
  return {
    layout(original, inBackground) {
      const { graph, key, restore } = toCanonicalGraph(original);
      let layout = cache.get(key);
      if (layout === undefined) {
        layout =
          !inBackground && graph.nodes.length + graph.edges.length <= SMALL
            ? layoutBlock(graph)
            : run(graph)
                .catch(() => layoutBlock(graph))
                .then((done) => {
                  // From now on without waiting.
                  cache.set(key, done);
                  return done;
                });
        cache.set(key, layout);
      }
      return layout instanceof Promise ? layout.then(restore) : restore(layout);
    },
  };
}

function createWorkerCalls(): (graph: BlockGraph) => Promise<BlockLayout> {
  let worker: Worker | null = null;
  let nextId = 1;
  const waiting = new Map<number, { resolve(layout: BlockLayout): void; reject(error: Error): void }>();
  const start = (): Worker => {
    const started = new LayoutWorker();
    started.onmessage = ({ data }: MessageEvent<{ id: number; layout: BlockLayout }>) => {
      waiting.get(data.id)?.resolve(data.layout);
      waiting.delete(data.id);
    };
    started.onerror = ({ message }) => {
      waiting.forEach(({ reject }) => reject(new Error(`The layout of the graph failed: ${message}`)));
      waiting.clear();
    };
    return started;
  };
  return (graph) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      worker ??= start();
      worker.postMessage({ id, graph });
    });
}
