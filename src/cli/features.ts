import { open } from 'node:fs/promises';
import type { FeatureSet } from '../extractFeatures';
import type { SkippedImage } from '../fit/computeFeatures';
import { readImageList } from '../fit/readDataset';
import { InferenceClient } from '../inference/inferenceClient';
import { checkWritable } from '../onnx/savePlace';
import { saveFile, saveUnfinished } from '../onnx/saveUnfinished';
import { encodeNpyHeader } from '../tensor/npy';
import { extractData } from './dataRun';
import type { FeaturesArguments } from './fitArguments';
import type { Output } from './output';
import { formatShape } from './quantity';

/** What `headlight features --json` prints, schema 1. Other tools rely on it: add fields, never change them. */
export interface FeaturesDocument {
  readonly schema: 1;
  /** The `.npy` file, and the CSV file (path,label) with one line for each of its rows. */
  readonly file: string;
  readonly list: string;
  readonly shape: readonly number[];
  /** Images computed in this run, and known from an earlier one. */
  readonly computed: number;
  readonly reused: number;
  readonly skipped: readonly SkippedImage[];
}

/** Writes what a model's trunk makes of images. Exit code 1 when some images could not be read. */
export async function runFeatures(options: FeaturesArguments, output: Output, inferencePath: string): Promise<0 | 1> {
  await checkWritable(options.out);
  const images = await readImageList(options.data);
  const client = new InferenceClient(inferencePath);
  try {
    const paths = images.map(({ path }) => path);
    const { features } = await extractData(options, paths, options.maps, client, output);
    try {
      const { channels, height, width, computed, reused, skipped, positions } = features;
      const shape = [positions.length, channels, ...(options.maps ? [height, width] : [])];
      const list = options.out.replace(/\.npy$/i, '.csv');
      await writeRows(options.out, shape, features, options.maps);
      await saveFile(list, toCsv(positions.map((position) => images[position])));
      const document: FeaturesDocument = { schema: 1, file: options.out, list, shape, computed, reused, skipped };
      output.write(options.json ? `${JSON.stringify(document)}\n` : formatDocument(document));
      return skipped.length === 0 ? 0 : 1;
    } finally {
      await features.close();
    }
  } finally {
    client.dispose();
  }
}

/** Row by row; appears under its name when it is complete. */
async function writeRows(file: string, shape: readonly number[], features: FeatureSet, maps: boolean): Promise<void> {
  const write = async (unfinished: string) => {
    const handle = await open(unfinished, 'w');
    try {
      // Not by `write`, which may write a part on a disk that is nearly full.
      await handle.writeFile(encodeNpyHeader('<f4', shape));
      for (let row = 0; row < shape[0]; row++) {
        const values = await (maps ? features.readMap(row) : features.readPooled(row));
        await handle.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      }
    } finally {
      await handle.close();
    }
  };
  await saveUnfinished(file, write, () => Promise.resolve());
}

function toCsv(rows: readonly { readonly path: string; readonly label: string }[]): string {
  const quote = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return `path,label\n${rows.map(({ path, label }) => `${quote(path)},${quote(label)}\n`).join('')}`;
}

function formatDocument({ file, list, shape, computed, reused, skipped }: FeaturesDocument): string {
  const left = skipped.length === 0 ? '' : `, ${skipped.length} left out`;
  return `${file}  float32 ${formatShape(shape)}  (${computed} computed, ${reused} known${left})\n${list}\n`;
}
