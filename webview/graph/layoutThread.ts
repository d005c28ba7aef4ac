import { layoutBlock, type BlockGraph, type BlockLayout } from './layoutBlock';
import LayoutWorker from './layoutWorker?worker&inline';

/**
 * Up to this many children and edges, a block is laid out at once: dagre needs a few milliseconds for it, starting a
 * worker and waiting for its answer 30 to 60, which would delay the first picture.
 */
const SMALL = 80;

export interface LayoutThread {
  /** Without the thread (a policy may forbid it) the work is done here. Cached: a block whose children keep their sizes is laid out once. */
  layout(graph: BlockGraph): BlockLayout | Promise<BlockLayout>;
}

export function createLayoutThread(): LayoutThread {
  const cache = new Map<string, BlockLayout | Promise<BlockLayout>>();
  const run = createWorkerCalls();
  return {
    layout(graph) {
      const key = toKey(graph);
      let layout = cache.get(key);
      if (layout === undefined) {
        layout =
          graph.nodes.length + graph.edges.length <= SMALL
            ? layoutBlock(graph)
            : run(graph).catch(() => layoutBlock(graph));
        cache.set(key, layout);
      }
      return layout;
    },
  };
}

/** Edge ids name their block, so equal keys mean the same block with the same sizes. */
function toKey({ nodes, edges }: BlockGraph): string {
  return `${edges[0]?.id ?? ''}|${nodes.map(({ id, width, height }) => `${id},${width},${height}`).join(';')}`;
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
