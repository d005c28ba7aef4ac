import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceClient } from '../../../src/inference/inferenceClient';
import { readNpy, readNpyArray } from '../../../src/tensor/npy';
import { buildServer } from '../inference/buildServer';

const fixture = path.join(__dirname, '../../fixtures/fit');

/** What scikit-learn finds for one kind of labels and one penalty. */
export interface ReferenceFit {
  readonly kind: 'softmax' | 'binary' | 'several';
  readonly penalty: number;
  readonly weights: readonly number[];
  readonly bias: readonly number[];
  readonly objective: number;
  /** Of the wide rows that were not fitted to; softmax: [rows, classes], others [rows, outputs]. */
  readonly logits?: readonly number[];
}

/** The features and labels that scikit-learn was given and its fits, with a process and a folder to fit them in. */
export async function openFitReference(name: string, prefix: '' | 'wide_') {
  const read = (file: string) => readFile(path.join(fixture, `${prefix}${file}`));
  const readNumbers = async (file: string) => Array.from(readNpyArray(await read(file)).data, Number);
  const { cases } = JSON.parse((await read('expected.json')).toString()) as { readonly cases: readonly ReferenceFit[] };
  const server = await buildServer(name);
  const client = new InferenceClient(server.path, { threads: 1 });
  const folder = await mkdtemp(path.join(tmpdir(), `headlight-${name}-`));
  return {
    cases,
    features: readNpy(await read('features.npy')).data,
    classes: await readNumbers('classes.npy'),
    labels: await readNumbers('labels.npy'),
    client,
    folder,
    async close() {
      client.dispose();
      await server.remove();
      await rm(folder, { recursive: true });
    },
  };
}
