import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SeriesRecord } from '../protocol/imageSeries';
import type { CellValue, SeriesColumn } from './seriesTable';

/** Comma-separated text with a heading (RFC 4180): numbers with all their digits, nothing where there is no value. */
export async function writeCsv(
  path: string,
  records: AsyncIterable<SeriesRecord>,
  columns: readonly SeriesColumn[],
): Promise<void> {
  await pipeline(Readable.from(toLines(records, columns)), createWriteStream(path));
}

async function* toLines(
  records: AsyncIterable<SeriesRecord>,
  columns: readonly SeriesColumn[],
): AsyncGenerator<string> {
  yield toLine(columns.map(({ name }) => name));
  for await (const record of records) {
    yield toLine(columns.map((column) => column.read(record)));
  }
}

function toLine(cells: readonly CellValue[]): string {
  return `${cells.map(toField).join(',')}\r\n`;
}

function toField(cell: CellValue): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
