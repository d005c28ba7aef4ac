import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Model } from '../graph/model';
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
  /** Ids of the images that have a line. */
  readonly done: ReadonlySet<string>;
  /** Written when it resolves: lines of a program that is ended afterwards are kept. */
  append(records: readonly SeriesRecord[]): Promise<void>;
  /** Brings all of it to the disk. */
  close(): Promise<void>;
}

/**
 * Opens a journal to go on with it (`resume`), or begins a new one. Of a program that was ended while it wrote, the torn
 * last line is cut off: its image is done again. O(lines) to open; appending does not grow with the file.
 * Throws UserError `badArgument` when the journal is of another model, preprocessing or options.
 */
export async function openJournal(path: string, header: JournalHeader, resume: boolean): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true });
  const exists = resume && (await stat(path).catch(() => null)) !== null;
  const done = new Set<string>();
  if (exists) {
    await cutTornLine(path);
    checkHeader(path, await readJournalHeader(path), header);
    for await (const { image } of readJournal(path)) {
      done.add(image);
    }
  }
  const file = await open(path, exists ? 'a' : 'w');
  const isEmpty = (await file.stat()).size === 0;
  if (isEmpty) {
    await file.appendFile(`${JSON.stringify(header)}\n`);
  }
  return {
    path,
    done,
    async append(records) {
      if (records.length > 0) {
        await file.appendFile(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
        records.forEach(({ image }) => done.add(image));
      }
    },
    async close() {
      await file.datasync();
      await file.close();
    },
  };
}

/** Records in the order they were written, one at a time. A torn last line is passed over. */
export async function* readJournal(path: string): AsyncGenerator<SeriesRecord, void, undefined> {
  let number = 0;
  let torn = 0;
  for await (const line of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
    number += 1;
    if (torn > 0) {
      throw new UserError('badArgument', `Line ${torn} of ${path} is damaged. Delete the file to begin anew.`);
    }
    const record = number === 1 ? null : parseLine(line);
    if (record === undefined) {
      torn = number;
    } else if (record !== null) {
      yield record as SeriesRecord;
    }
  }
}

/** null when there is no journal, or not even a whole first line. */
export async function readJournalHeader(path: string): Promise<JournalHeader | null> {
  const input = createReadStream(path, 'utf8');
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      return (parseLine(line) as JournalHeader | undefined) ?? null;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    }
  } finally {
    input.destroy();
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
