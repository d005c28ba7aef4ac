import type { SchemaElement } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { SeriesRecord } from '../protocol/imageSeries';
import type { CellValue, SeriesColumn } from './seriesTable';
import { readMapValues } from './toRecord';

/** Rows in memory at a time: a row group of the file. */
const GROUP_ROWS = 4096;

const TYPES: Readonly<Record<SeriesColumn['type'], Omit<SchemaElement, 'name'>>> = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT32' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
};

/** The first map itself, row-major, after the other columns. */
const MAP_COLUMN: readonly SchemaElement[] = [
  { name: 'map', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
];

interface Row {
  readonly cells: readonly CellValue[];
  readonly map: readonly number[] | null;
}

/**
 * An Apache Parquet file with Snappy compression: the columns, all of which may be null, and `map`, a list of float32.
 * Written one row group after the other, so memory does not grow with the number of images.
 */
export async function writeParquet(
  path: string,
  records: AsyncIterable<SeriesRecord>,
  columns: readonly SeriesColumn[],
): Promise<void> {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length + 1 },
    ...columns.map(({ name, type }) => ({ name, repetition_type: 'OPTIONAL' as const, ...TYPES[type] })),
    ...MAP_COLUMN,
  ];
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'headlight' });
  const write = async (rows: readonly Row[]): Promise<void> => {
    const data = columns.map(({ name }, index) => ({ name, data: rows.map(({ cells }) => cells[index]) }));
    const columnData = [...data, { name: 'map', data: rows.map(({ map }) => map) }];
    await writer.write({ columnData, rowGroupSize: GROUP_ROWS });
  };
  let rows: Row[] = [];
  for await (const record of records) {
    const map = record.status === 'explained' && record.maps.length > 0 ? readMapValues(record.maps[0]) : null;
    rows.push({ cells: columns.map((column) => column.read(record)), map: map === null ? null : [...map] });
    if (rows.length === GROUP_ROWS) {
      await write(rows);
      rows = [];
    }
  }
  if (rows.length > 0) {
    await write(rows);
  }
  await writer.finish();
}
