import { open, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Rows of features with their labels in one file, so that ONNX Runtime maps them instead of getting them with every
 * evaluation: first [rows, columns] numbers, then the labels: [rows] int64 class indices, or [rows, classes] numbers 0 or
 * 1. Any range of rows is a fit's training set without a copy.
 */
export interface FeatureMatrix {
  readonly file: string;
  readonly elementType: 'float32' | 'float64';
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  /** index: one class a row, softmax; indicators: each class by itself, sigmoid. */
  readonly labels: 'index' | 'indicators';
  /** Frees the disk. */
  remove(): Promise<void>;
}

type FeatureRow = Float32Array | Float64Array;

export interface MatrixContent {
  readonly columns: number;
  readonly classes: number;
  readonly labels: FeatureMatrix['labels'];
  readonly elementType: FeatureMatrix['elementType'];
  /** Class indices of each row. */
  readonly rowClasses: readonly (readonly number[])[];
  /** Features of one row, [columns]. */
  readonly readRow: (row: number) => FeatureRow | Promise<FeatureRow>;
}

const CHUNK_BYTES = 8 << 20;

/** Writes the file row by row: memory stays flat whatever the number of images. */
export async function writeFeatureMatrix(folder: string, content: MatrixContent): Promise<FeatureMatrix> {
  const { columns, classes, labels, elementType, rowClasses, readRow } = content;
  const file = path.join(folder, `matrix-${process.pid}-${Date.now()}-${Math.random().toString(36).slice(2)}.bin`);
  const rows = rowClasses.length;
  const handle = await open(file, 'w');
  try {
    const create = (size: number) => (elementType === 'float64' ? new Float64Array(size) : new Float32Array(size));
    const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / (columns * create(0).BYTES_PER_ELEMENT)));
    for (let start = 0; start < rows; start += perChunk) {
      const count = Math.min(perChunk, rows - start);
      const chunk = create(count * columns);
      for (let row = 0; row < count; row++) {
        chunk.set(await readRow(start + row), row * columns);
      }
      await handle.write(toBytes(chunk));
    }
    if (labels === 'index') {
      await handle.write(toBytes(BigInt64Array.from(rowClasses, (own) => BigInt(own[0]))));
    } else {
      const indicators = create(rows * classes);
      rowClasses.forEach((own, row) => own.forEach((index) => (indicators[row * classes + index] = 1)));
      await handle.write(toBytes(indicators));
    }
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return { file, elementType, rows, columns, classes, labels, remove: () => rm(file, { force: true }) };
}

function toBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
