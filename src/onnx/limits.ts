/**
 * What a file may ask for before reading stops with a clear error. A model file is untrusted input: every number here
 * bounds memory or time that its bytes could otherwise claim. Real models stay far below them.
 */
export interface Limits {
  /** Protobuf messages inside each other. 100 is protobuf's own default: deeper files cannot be run anyway. */
  readonly depth: number;
  /** Operations, sub-graphs and functions included. The largest exports known to us have about 100 000. */
  readonly nodes: number;
  /** Stored tensors, those in attributes included. */
  readonly tensors: number;
  /** Everything else that repeats: names, attributes, list elements, dimensions, payload chunks. About 1 GB of objects. */
  readonly items: number;
  /** Bytes of one name. Exporters join scope names; 64 KiB is also the reader's window. */
  readonly nameBytes: number;
  /** Bytes of one documentation, metadata or attribute text; longer ones are cut or left out, which is no error. */
  readonly textBytes: number;
  /** Bytes that are parsed, not seeked over. 100 MiB of structure become about 1 GB of objects. */
  readonly structureBytes: number;
  /** A local file needs well under a second; a minute means a dead network drive or a hostile file. */
  readonly elapsedMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  depth: 100,
  nodes: 1_000_000,
  tensors: 1_000_000,
  items: 8_000_000,
  nameBytes: 64 * 1024,
  textBytes: 1024 * 1024,
  structureBytes: 128 * 1024 * 1024,
  elapsedMs: 60_000,
};

/** Payloads up to this many bytes are copied into the structure: shape constants, scales, scalars. */
export const INLINE_PAYLOAD_BYTES = 1024;
