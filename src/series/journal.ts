import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Model } from '../graph/model';
import { createFolder } from '../onnx/createFolder';
import { toWriteError } from '../onnx/savePlace';
import type { SeriesRecord, SeriesSubject } from '../protocol/imageSeries';
import type { Preprocessing } from '../protocol/preprocessing';
import { UserError } from '../userError';

/** First line of a journal: what its records are answers to. */
export interface JournalHeader {
  readonly schema: 1;
  readonly journal: 'headlight';
  readonly model: {
    readonly path: string;
    /** Of the file's content; of files with external weights their names, sizes and times. */
    readonly sha256: string;
  };
  readonly preprocessing: Preprocessing | null;
  readonly subject: SeriesSubject;
  /** What else decides a record: files written beside it, labels. */
  readonly options: Readonly<Record<string, string | readonly string[]>>;
}

/** A file to which one line per image is added: what a job has done, whatever becomes of the program. */
export interface Journal {
  readonly path: string;
  /** By id: the images that have a line. */
  readonly done: ReadonlyMap<string, Place>;
  /** Written when it resolves: lines of a program that is ended afterwards are kept. */
  append(records: readonly SeriesRecord[]): Promise<void>;
  /** The line of an image; null when it has none. Only that line is read. */
  read(image: string): Promise<SeriesRecord | null>;
  /** Brings all of it to the disk. */
  close(): Promise<void>;
}

/**
 * Opens a journal to go on with it (`resume`), or begins a new one. Of a program that was ended while it wrote, the torn
 * last line is cut off: its image is done again. O(lines) to open; appending does not grow with the file.
 * Throws UserError `badArgument` when the journal is of another model, preprocessing or options, or may not be written;
 * `cannotWrite`, also when lines are added.
 */
export async function openJournal(path: string, header: JournalHeader, resume: boolean): Promise<Journal> {
  await createFolder(dirname(path));
  const exists = resume && (await stat(path).catch(() => null)) !== null;
  const places = new Map<string, Place>();
  if (exists) {
    await cutTornLine(path);
    checkHeader(path, await readJournalHeader(path), header);
    for await (const { record, place } of readRecords(path)) {
      places.set(record.image, place);
    }
  }
  const file = await open(path, exists ? 'a+' : 'w+').catch((error: unknown) => {
    throw toWriteError(path, error);
  });
  let { size } = await file.stat();
  const write = async (lines: readonly string[]): Promise<void> => {
    const text = lines.join('');
    await file.appendFile(text).catch((error: unknown) => {
      throw toWriteError(path, error);
    });
    size += Buffer.byteLength(text);
  };
  if (size === 0) {
    await write([`${JSON.stringify(header)}\n`]);
  }
  return {
    path,
    done: places,
    async append(records) {
      const lines = records.map((record) => `${JSON.stringify(record)}\n`);
      let offset = size;
      await write(lines);
      lines.forEach((line, index) => {
        const length = Buffer.byteLength(line);
        places.set(records[index].image, { offset, length });
        offset += length;
      });
    },
    async read(image) {
      const place = places.get(image);
      if (place === undefined) {
        return null;
      }
      const line = Buffer.alloc(place.length);
      await file.read(line, 0, place.length, place.offset);
      return JSON.parse(line.toString('utf8')) as SeriesRecord;
    },
    async close() {
      await file.datasync();
      await file.close();
    },
  };
}

/** Records in the order they were written, one at a time. A torn last line is passed over. */
export async function* readJournal(path: string): AsyncGenerator<SeriesRecord, void, undefined> {
  for await (const { record } of readRecords(path)) {
    yield record;
  }
}

/** Bytes of a line, its newline included. */
interface Place {
  readonly offset: number;
  readonly length: number;
}

async function* readRecords(
  path: string,
): AsyncGenerator<{ readonly record: SeriesRecord; readonly place: Place }, void, undefined> {
  let number = 0;
  for await (const { text, place } of readLines(path)) {
    number += 1;
    const record = number === 1 ? null : parseLine(text);
    if (record === undefined) {
      throw new UserError('badArgument', `Line ${number} of ${path} is damaged. Delete the file to begin anew.`);
    }
    if (record !== null) {
      yield { record: record as SeriesRecord, place };
    }
  }
}

/** Lines that have their newline. Not by node:readline, which also ends lines at U+2028, and file names may hold it. */
async function* readLines(path: string): AsyncGenerator<{ readonly text: string; readonly place: Place }> {
  let rest = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of createReadStream(path)) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      const length = end + 1 - start;
      yield { text: rest.toString('utf8', start, end), place: { offset: offset + start, length } };
      start = end + 1;
    }
    rest = rest.subarray(start);
    offset += start;
  }
}

/** null when there is no journal, or not even a whole first line. */
export async function readJournalHeader(path: string): Promise<JournalHeader | null> {
  if ((await stat(path).catch(() => null)) === null) {
    return null;
  }
  for await (const { text } of readLines(path)) {
    return (parseLine(text) as JournalHeader | undefined) ?? null;
  }
  return null;
}

/** SHA-256 of the model's file, read as a stream, and of what is known of its external weights without reading them. */
export async function identifyModel(
  { path }: Pick<Model, 'path'>,
  externalFiles: readonly string[],
): Promise<JournalHeader['model']> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
  }
  for (const file of externalFiles) {
    const { size, mtimeMs } = await stat(file);
    hash.update(`${file} ${size} ${Math.floor(mtimeMs)}`);
  }
  return { path, sha256: hash.digest('hex') };
}

/** Everything after the last newline goes: a line is complete only with its own. */
async function cutTornLine(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const chunk = Buffer.alloc(65_536);
    for (let end = size; end > 0;) {
      const start = Math.max(0, end - chunk.length);
      const { bytesRead } = await file.read(chunk, 0, end - start, start);
      const newline = chunk.subarray(0, bytesRead).lastIndexOf(10);
      if (newline >= 0) {
        await truncate(path, start + newline + 1);
        return;
      }
      end = start;
    }
    await truncate(path, 0);
  } finally {
    await file.close();
  }
}

function parseLine(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function checkHeader(path: string, found: JournalHeader | null, wanted: JournalHeader): void {
  if (found === null) {
    return;
  }
  const parts = {
    'another model': [found.model.sha256, wanted.model.sha256],
    'another preprocessing': [found.preprocessing, wanted.preprocessing],
    'other options': [
      [found.subject, found.options],
      [wanted.subject, wanted.options],
    ],
  };
  const different = Object.entries(parts)
    .filter(([, [one, other]]) => JSON.stringify(one) !== JSON.stringify(other))
    .map(([name]) => name);
  if (found.schema !== wanted.schema || different.length > 0) {
    throw new UserError(
      'badArgument',
      `${path} was written with ${different.join(' and ') || 'another version'}, so its job cannot be resumed with this one. ` +
        'Resume with what it began with, choose another folder, or begin anew without resuming.',
    );
  }
}
