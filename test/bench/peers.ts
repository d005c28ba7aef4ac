import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { findMethod } from '../../src/cam/methods';
import type { Explainer } from '../../src/explain/explainer';
import { drawLayerMaps } from '../../src/explain/drawLayerMaps';
import type { Tensor } from '../../src/tensor/tensor';
import { type Figure, median } from './figure';

/** Each program draws maps for so long, in turn with the other: caches and cores are its own meanwhile, and awake. */
const BLOCK_MS = 500;
const BLOCKS = 5;
/** The threads of a program wait actively for a while for what comes next. */
const REST_MS = 300;
const CLASS_INDEX = 281;

/** How one method is compared. */
interface Comparison {
  readonly id: string;
  /** Who takes seconds for a map, and draws it once. */
  readonly slow?: 'peer' | 'both';
  /** Share of the peer's time that a map may take. */
  readonly limit: number | null;
  /** Whether the peer's convolutions have taken in their batch normalisation. */
  readonly isFolded?: boolean;
}

export const GRAD_CAM: readonly Comparison[] = [{ id: 'gradcam', limit: 0.1 }];

export const ALL_METHODS: readonly Comparison[] = [
  ...GRAD_CAM,
  { id: 'gradcam++', limit: 0.1 },
  { id: 'hirescam', limit: 0.1 },
  { id: 'layercam', limit: 0.1 },
  { id: 'eigencam', limit: 0.1 },
  { id: 'ablationcam', slow: 'peer', limit: 0.1 },
  { id: 'scorecam', slow: 'both', limit: null },
  { id: 'gradcam', limit: null, isFolded: true },
];

interface PeerImage {
  readonly explainer: Explainer;
  /** What both are given; the peer reads it from `file`. */
  readonly tensor: Tensor;
  readonly file: string;
  readonly threads: number;
}

/** pytorch-grad-cam in a Python of its own ($CAM_PYTHON, else python3), one map at a time. */
interface Peer {
  readonly name: string;
  /** Of each of its networks. */
  readonly logits: readonly (readonly number[])[];
  /** Milliseconds of one map, or of the bare forward of PyTorch. */
  draw(method: string): Promise<number>;
  end(): void;
}

/**
 * One map from the tensor to the numbers against pytorch-grad-cam's on the same network, image, machine and threads, in
 * turn. Both have the tensor in the process that computes. Ours is seen from outside that process, so that it holds
 * asking and answering; the peer's holds that its map is resized to the image. Without the peer our own time is shown.
 */
export async function comparePeers(image: PeerImage, methods: readonly Comparison[]): Promise<Figure[]> {
  const peer = await startPeer(image);
  try {
    await checkLogits(image, peer);
    const figures: Figure[] = [];
    for (const method of methods) {
      if (peer === null && method.isFolded === true) {
        continue;
      }
      figures.push(await compareOne(image, peer, method));
    }
    return figures;
  } finally {
    peer?.end();
  }
}

async function compareOne(
  image: PeerImage,
  peer: Peer | null,
  { id, slow, limit, isFolded = false }: Comparison,
): Promise<Figure> {
  const own = new Timer(() => drawOnce(image, id), slow === 'both');
  const other = peer && new Timer(() => peer.draw(isFolded ? `${id} folded` : id), slow !== undefined);
  for (let block = 0; block <= BLOCKS; block++) {
    await own.runBlock(block);
    await other?.runBlock(block);
  }
  const { name } = findMethod(id);
  const ownMs = median(own.elapsedMs);
  if (other === null || peer === null) {
    const note = `median of ${own.elapsedMs.length}; pytorch-grad-cam is not installed (another Python: CAM_PYTHON)`;
    return { name: `${name}, one map`, value: ownMs, unit: 'ms', note };
  }
  const otherMs = median(other.elapsedMs);
  const times = `${ownMs.toFixed(1)} ms / ${otherMs.toFixed(1)} ms of ${peer.name}`;
  return {
    name: `${name}, one map / pytorch-grad-cam${isFolded ? ', normalisation folded' : ''}`,
    value: ownMs / otherMs,
    unit: '×',
    note: `${times}, ${(otherMs / ownMs).toFixed(1)} times as fast; ${other.elapsedMs.length === 1 ? 'once' : `medians of ${own.elapsedMs.length} and ${other.elapsedMs.length}, in turn`}`,
    ...(limit === null ? {} : { limit }),
  };
}

/** Runs of one program, each of which gives its milliseconds. */
class Timer {
  readonly elapsedMs: number[] = [];

  constructor(
    private readonly run: () => Promise<number>,
    private readonly isSlow: boolean,
  ) {}

  /** Block 0 warms up and does not count; what is slow runs once in all. */
  async runBlock(block: number): Promise<void> {
    if (this.isSlow && block !== 1) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const startedAt = performance.now();
    do {
      const elapsedMs = await this.run();
      if (block > 0) {
        this.elapsedMs.push(elapsedMs);
      }
    } while (!this.isSlow && performance.now() - startedAt < BLOCK_MS);
  }
}

async function drawOnce(image: PeerImage, id: string): Promise<number> {
  const loaded = await loadMethod(image, id);
  const options = { classes: [CLASS_INDEX], topCount: 0, contrast: null };
  const startedAt = performance.now();
  await drawLayerMaps(image.explainer.client, loaded, image.tensor, options);
  return performance.now() - startedAt;
}

function loadMethod({ explainer, tensor }: PeerImage, id: string) {
  const method = findMethod(id);
  if (method.kind === 'exact') {
    throw new Error(`${id} is drawn at no layer.`);
  }
  return explainer.extendAtLayer(tensor.shape, { method, layer: null, isContrast: false }, undefined);
}

/** @throws Error when the peer's network is another one. */
async function checkLogits(image: PeerImage, peer: Peer | null): Promise<void> {
  if (peer === null) {
    return;
  }
  const loaded = await loadMethod(image, 'gradcam');
  const options = { classes: [CLASS_INDEX], topCount: 0, contrast: null };
  const { answer } = await drawLayerMaps(image.explainer.client, loaded, image.tensor, options);
  const largest = Math.max(...answer.logits.map(Math.abs));
  const differences = peer.logits.flatMap((each) => each.map((logit, index) => Math.abs(logit - answer.logits[index])));
  const error = Math.max(...differences) / largest;
  if (!(error <= 1e-4)) {
    throw new Error(`PyTorch's logits differ by ${error.toExponential(1)} of the largest: not the same network.`);
  }
}

async function startPeer({ explainer, file, threads }: PeerImage): Promise<Peer | null> {
  const script = path.resolve('test/bench/peers.py');
  const args = [script, explainer.analysis.model.path, file, `${CLASS_INDEX}`, `${threads}`];
  const child = spawn(process.env.CAM_PYTHON ?? 'python3', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stderr.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString('utf8')}`.slice(-2000)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async <Answer>(): Promise<Answer | null> => {
    const line = await lines.next();
    return line.done === true ? null : (JSON.parse(line.value) as Answer);
  };
  const first = await read<{ version: string; torch: string; logits: number[][] }>();
  if (first === null && process.env.CAM_PYTHON !== undefined) {
    throw new Error(`${process.env.CAM_PYTHON} cannot run test/bench/peers.py: ${complaint}`);
  }
  return first === null
    ? null
    : {
        name: `grad-cam ${first.version}, PyTorch ${first.torch}`,
        logits: first.logits,
        async draw(method) {
          child.stdin.write(`${method}\n`);
          const answer = await read<{ elapsedMs: number }>();
          if (answer === null) {
            throw new Error(`pytorch-grad-cam failed at ${method}: ${complaint}`);
          }
          return answer.elapsedMs;
        },
        end: () => child.stdin.end(),
      };
}
