import type { BlockGraph } from './blockGraph';
import { layoutBlock } from './layoutBlock';

// A thread for layoutBlock: one answer per message, in order.
self.onmessage = ({ data }: MessageEvent<{ id: number; graph: BlockGraph }>) => {
  self.postMessage({ id: data.id, layout: layoutBlock(data.graph) });
};
