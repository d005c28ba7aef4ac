import path from 'node:path';
import { UserError } from '../userError';
import type { Dataset, LabelledImage } from './dataset';
import { compareNames } from './compareNames';
import { parseCsv } from './parseCsv';

type Row = ReturnType<typeof parseCsv>[number];

/**
 * Reads a table of images. The first column is the path (absolute, or relative to the CSV file). Then either
 *
 * - one column of labels; several in one field are separated by `;` or `|`, which makes the data set multi-label
 *   (`a.jpg,cat;dog`), or
 * - several columns, each a class named by the header, with 1 or 0 (`path,cat,dog` / `a.jpg,1,0`): always multi-label.
 *
 * A first line whose first field is `path`, `file`, `filename`, `image` or `filepath` is a header; indicator columns need
 * one. Class names are sorted. Throws UserError `badArgument` with the line that cannot be read.
 */
export function readLabelledCsv(text: string, file: string): Dataset {
  const rows = parseCsv(text);
  const [first] = rows;
  const isHeader = first !== undefined && /^(path|file|file_?name|image|file_?path|image_?path)$/i.test(trim(first)[0]);
  const body = isHeader ? rows.slice(1) : rows;
  if (body.length === 0) {
    throw new UserError('badArgument', `${file} names no images; wanted lines such as "cats/1.jpg,cat".`);
  }
  const width = first.fields.length;
  const odd = body.find(({ fields }) => fields.length !== width);
  if (odd !== undefined || width < 2) {
    const { line, fields } = odd ?? first;
    throw new UserError(
      'badArgument',
      `${file}, line ${line}: found ${fields.length} columns; wanted ${Math.max(2, width)}: a path and its label. ` +
        'Put names that hold commas in double quotes.',
    );
  }
  if (width > 2 && !isHeader) {
    throw new UserError(
      'badArgument',
      `${file} has ${width} columns but no header: name them (path,cat,dog), or give two columns, path and label.`,
    );
  }
  return width > 2 ? readIndicators(first, body, file) : readLabels(body, file);
}

const trim = ({ fields }: Row): string[] => fields.map((field) => field.trim());

function toPath(row: Row, file: string): string {
  const [name] = trim(row);
  if (name === '') {
    throw new UserError('badArgument', `${file}, line ${row.line}: the path is empty.`);
  }
  return path.resolve(path.dirname(file), name);
}

function readLabels(body: readonly Row[], file: string): Dataset {
  const labelled = body.map((row) => {
    const names = trim(row)[1]
      .split(/[;|]/)
      .map((name) => name.trim())
      .filter((name) => name !== '');
    return { row, names: [...new Set(names)] };
  });
  const isMultiLabel = labelled.some(({ names }) => names.length > 1);
  const bare = labelled.find(({ names }) => names.length === 0);
  if (bare !== undefined && !isMultiLabel) {
    throw new UserError('badArgument', `${file}, line ${bare.row.line}: the label is empty.`);
  }
  const classes = [...new Set(labelled.flatMap(({ names }) => names))].sort(compareNames);
  const indices = new Map(classes.map((name, index) => [name, index]));
  const images = labelled.map(({ row, names }): LabelledImage => {
    const found = names.map((name) => indices.get(name) ?? 0).sort((one, other) => one - other);
    return { path: toPath(row, file), classes: found };
  });
  return { classes, isMultiLabel, images };
}

function readIndicators(header: Row, body: readonly Row[], file: string): Dataset {
  const names = trim(header).slice(1);
  const repeated = names.find((name, index) => name === '' || names.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new UserError(
      'badArgument',
      `${file}: two columns are called "${repeated}"; every class needs its own name.`,
    );
  }
  const classes = [...names].sort(compareNames);
  const images = body.map((row): LabelledImage => {
    const values = trim(row).slice(1);
    const bad = values.findIndex((value) => !/^(0|1|0\.0+|1\.0+|true|false)$/i.test(value));
    if (bad >= 0) {
      throw new UserError(
        'badArgument',
        `${file}, line ${row.line}: column "${names[bad]}" is "${values[bad]}"; wanted 1 or 0.`,
      );
    }
    const held = names.filter((_, column) => /^(1|true)/i.test(values[column]));
    return { path: toPath(row, file), classes: held.map((name) => classes.indexOf(name)).sort((a, b) => a - b) };
  });
  return { classes, isMultiLabel: true, images };
}
