import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { FeatureMatrix } from '../../src/fit/featureMatrix';
import { writeFeatureMatrix } from '../../src/fit/featureMatrix';
import { openFit } from '../../src/fit/fitLinear';
import { createRandom } from '../../src/tensor/random';
import { InferenceClient } from '../../src/inference/inferenceClient';
import { type Figure, median } from './figure';

const columns = 1280;
/** Rows, classes, most iterations and rounds; the large ones once, within a minute or so. */
const sizes = [
  { rows: 1000, classes: 10, iterations: 100, rounds: 7 },
  { rows: 1000, classes: 1000, iterations: 20, rounds: 3 },
  { rows: 10_000, classes: 100, iterations: 20, rounds: 3 },
  { rows: 50_000, classes: 10, iterations: 20, rounds: 3 },
] as const;

/** How many times as long as scikit-learn's a fit may take. */
const LIMIT = 1.1;

interface Timed {
  readonly elapsedMs: number;
  readonly iterations: number;
}

/** The same fit by scikit-learn ($FIT_PYTHON, else python3), one at a time; null when it is not installed. */
interface Peer {
  readonly version: string;
  fit(): Promise<Timed>;
  end(): void;
}

/**
 * Logistic regression on the features of 1280 channels, both on one thread, in turn: ours from opening the session to the
 * last iteration, scikit-learn's `fit`. Features are float32 for both, in a file and in memory.
 */
export async function measure(): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'headlight-bench-fit-'));
  const client = new InferenceClient(path.resolve('dist/inference.js'), { threads: 1 });
  try {
    await client.warmUp();
    const figures: Figure[] = [];
    for (const size of sizes) {
      const matrix = await createMatrix(folder, size);
      const peer = await startPeer(matrix, size.iterations);
      figures.push(await compare(client, matrix, peer, size));
      peer?.end();
      await matrix.remove();
    }
    return figures;
  } finally {
    client.dispose();
    await rm(folder, { recursive: true });
  }
}

async function compare(
  client: InferenceClient,
  matrix: FeatureMatrix,
  peer: Peer | null,
  { rows, classes, iterations, rounds }: (typeof sizes)[number],
): Promise<Figure> {
  const own: Timed[] = [];
  const others: Timed[] = [];
  for (let round = 0; round < rounds; round++) {
    own.push(await fitOnce(client, matrix, iterations));
    if (peer !== null) {
      others.push(await peer.fit());
    }
  }
  const timeOf = (timed: readonly Timed[]) => median(timed.map(({ elapsedMs }) => elapsedMs));
  const describe = (timed: readonly Timed[]) => `${timeOf(timed).toFixed(0)} ms for ${timed[0].iterations} iterations`;
  const name = `fit: ${rows} images, ${columns} channels, ${classes} classes`;
  if (peer === null) {
    const note = `${describe(own)}; scikit-learn is not installed (another Python: FIT_PYTHON)`;
    return { name, value: timeOf(own), unit: 'ms', note };
  }
  // Where both stop at the most iterations they have done the same work; otherwise each has converged by itself.
  const note = `${describe(own)}; scikit-learn ${peer.version}: ${describe(others)}; medians of ${rounds}, in turn`;
  return { name: `${name} / scikit-learn`, value: timeOf(own) / timeOf(others), unit: '×', limit: LIMIT, note };
}

async function fitOnce(client: InferenceClient, matrix: FeatureMatrix, mostIterations: number): Promise<Timed> {
  const startedAt = performance.now();
  const session = await openFit(client, matrix, [{ start: 0, end: matrix.rows }]);
  const { iterations } = await session.fit({ penalty: 1, tolerance: 1e-4, mostIterations });
  const elapsedMs = performance.now() - startedAt;
  await session.release();
  return { elapsedMs, iterations };
}

/** Channel means as they are after ReLU: not negative, each class with a few channels of its own. */
function createMatrix(folder: string, { rows, classes }: (typeof sizes)[number]): Promise<FeatureMatrix> {
  const random = createRandom(1);
  const rowClasses = Array.from({ length: rows }, (_, row) => [row % classes]);
  return writeFeatureMatrix(folder, {
    ...{ columns, classes, rowClasses },
    labels: 'index',
    elementType: 'float32',
    readRow: (row) =>
      Float32Array.from({ length: columns }, (_, column) => {
        const isOwn = (column * 31 + 7) % classes === row % classes || column % classes === row % classes;
        return Math.max(0, random() - 0.4 + (isOwn ? 0.3 * random() : 0));
      }),
  });
}

async function startPeer(matrix: FeatureMatrix, iterations: number): Promise<Peer | null> {
  const script = path.resolve('test/bench/fit.py');
  const args = [matrix.file, matrix.rows, matrix.columns, matrix.classes, iterations].map(String);
  const child = spawn(process.env.FIT_PYTHON ?? 'python3', [script, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) {
    return null;
  }
  const { version } = JSON.parse(first.value) as { version: string };
  return {
    version,
    async fit() {
      child.stdin.write('\n');
      const { value } = (await lines.next()) as { value: string };
      return JSON.parse(value) as Timed;
    },
    end: () => child.stdin.end(),
  };
}
