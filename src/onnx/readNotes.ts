import { basename } from 'node:path';
import type { ByteRange, Model } from '../graph/model';
import type { Notes } from '../protocol/notes';
import { UserError } from '../userError';
import { openFileSource } from './byteSource';
import { FormatError } from './formatError';
import { DEFAULT_LIMITS } from './limits';
import { openUnchanged } from './openModelFile';
import { parseStringPair } from './parseStringPair';
import { ReadBudget } from './readBudget';
import { WireReader } from './wireReader';

/** Tags of doc_string and metadata_props in the message of each kind. */
const TAGS = {
  node: { docString: 0x32, metadata: 0x4a },
  value: { docString: 0x1a, metadata: 0x22 },
  tensor: { docString: 0x62, metadata: 0x82 },
  function: { docString: 0x42, metadata: 0x72 },
} as const;

/** Where notes are: the `notes` of a part of the model. */
export interface NotePlace {
  readonly kind: keyof typeof TAGS;
  readonly range: ByteRange;
}

/**
 * Reads what `readModel` leaves in the file: documentation and metadata of nodes, values, stored tensors and functions,
 * which may be far more than the structure (PyTorch writes the stack of each call). O(bytes of these messages beside the
 * weights); a text beyond `Limits.textBytes` is left out.
 *
 * Throws UserError: fileChanged, fileNotFound, notOnnx (the bytes of a note are damaged).
 */
export async function readNotes(model: Model, places: readonly NotePlace[]): Promise<readonly Notes[]> {
  if (places.length === 0) {
    return [];
  }
  const handle = await openUnchanged(model);
  try {
    const reader = new WireReader(openFileSource(handle.fd, model.sizeBytes), new ReadBudget(DEFAULT_LIMITS));
    return places.map((place) => parseNotes(reader, place));
  } catch (error) {
    if (!(error instanceof FormatError)) {
      throw error;
    }
    const at = error.offset === null ? '' : ` (at byte ${error.offset})`;
    const sentence = `The notes in ${basename(model.path)} are damaged: ${error.detail}${at}.`;
    throw new UserError('notOnnx', `${sentence} Download or export the model again.`, { cause: error });
  } finally {
    await handle.close();
  }
}

function parseNotes(reader: WireReader, { kind, range }: NotePlace): Notes {
  const tags = TAGS[kind];
  const metadata = new Map<string, string>();
  let docString = '';
  reader.enterAt(range);
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === tags.docString) {
      docString = reader.readText() ?? '';
    } else if (tag === tags.metadata) {
      parseStringPair(reader, metadata);
    } else {
      reader.skip(tag);
    }
  }
  return { docString, metadata: Object.fromEntries(metadata) };
}
