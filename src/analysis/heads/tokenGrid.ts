import type { HeadGraph } from './headGraph';

/** Rows and columns of the patches that tokens stand for. */
export interface TokenGrid {
  readonly height: number;
  readonly width: number;
  /** Tokens before the patches (class and register tokens). */
  readonly prefix: number;
}

/** More than a class token and four registers (DINOv2, plus a distillation token) has not been seen. */
const MOST_PREFIX_TOKENS = 6;

/** The patch embedding is a convolution whose output has as many cells as there are tokens; failing that, the input's aspect. */
export function findTokenGrid(graph: HeadGraph, tokens: number): TokenGrid {
  const embedded = findEmbedding(graph, tokens);
  if (embedded !== null) {
    return embedded;
  }
  const aspect = findAspect(graph);
  let best = { height: 1, width: tokens, prefix: 0 };
  for (let height = 1; height <= tokens; height++) {
    const width = tokens / height;
    const distance = (grid: TokenGrid) => Math.abs(Math.log(grid.height / grid.width / aspect));
    if (Number.isInteger(width) && distance({ height, width, prefix: 0 }) < distance(best)) {
      best = { height, width, prefix: 0 };
    }
  }
  return best;
}

function findEmbedding(graph: HeadGraph, tokens: number): TokenGrid | null {
  let best: TokenGrid | null = null;
  for (const node of graph.index.order) {
    const shape = node.opType === 'Conv' ? graph.shapeOf(node.outputs[0] ?? '') : null;
    const [, , height = 0, width = 0] = shape?.length === 4 ? shape : [];
    const prefix = tokens - height * width;
    if (height * width > 1 && prefix >= 0 && prefix <= MOST_PREFIX_TOKENS && prefix < (best?.prefix ?? Infinity)) {
      best = { height, width, prefix };
    }
  }
  return best;
}

function findAspect(graph: HeadGraph): number {
  const shape = graph.shapeOf(graph.model.graph.inputs[0]?.name ?? '');
  const [, channelsFirst = 0, height = 1, width = 1] = shape?.length === 4 ? shape : [];
  return channelsFirst <= 4 ? height / width : channelsFirst / height;
}
