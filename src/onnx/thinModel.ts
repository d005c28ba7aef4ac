import { toElementType } from '../graph/elementTypes';
import type { ByteRange, ElementType } from '../graph/model';
import { ByteAssembly } from './byteAssembly';
import type { ByteSource } from './byteSource';
import { DEFAULT_LIMITS } from './limits';
import { parseStringPair } from './parseStringPair';
import { ReadBudget } from './readBudget';
import { WireReader } from './wireReader';
import { WireWriter } from './wireWriter';

/** Smaller payloads stay: shape constants must be known when a session is made. */
const SMALLEST_MOVED_BYTES = 1024;

/** The name that a node of the main graph gets in place of its own, by its index in the file. */
export type NameNode = (index: number) => string;

export interface AssemblyOptions {
  /** Base name of the file in which large payloads stay; null: they are kept in the model. */
  readonly location: string | null;
  readonly nameNode?: NameNode | null;
  /** Keys of metadata that are left out. */
  readonly droppedMetadata?: ReadonlySet<string>;
  /** Names of initializers that are left out, because others take their place; needs a `location`. */
  readonly droppedInitializers?: ReadonlySet<string>;
}

/**
 * Walks the model once more and keeps every byte of it but the large payloads of the main graph's initializers, where
 * they stay in a file, the names of nodes, when others are given, and metadata that is dropped.
 */
export function assembleModel(
  source: ByteSource,
  { location, nameNode = null, droppedMetadata = new Set(), droppedInitializers = new Set() }: AssemblyOptions,
): ByteAssembly {
  const nextName = nameNode === null ? null : countUp(nameNode);
  const reader = new WireReader(source, new ReadBudget(DEFAULT_LIMITS));
  const model = new ByteAssembly(source);
  for (
    let start = reader.position, tag = reader.nextTag();
    tag !== 0;
    start = reader.position, tag = reader.nextTag()
  ) {
    if (tag === 0x3a && location !== null) {
      const graph = assembleGraph(reader, source, { location, nextName, dropped: droppedInitializers }); // graph = 7
      model.add(new WireWriter().header(7, graph.length).finish());
      model.append(graph);
      continue;
    }
    const isDropped = tag === 0x72 && droppedMetadata.has(readKey(reader)); // metadata_props = 14
    if (tag !== 0x72) {
      reader.skip(tag);
    }
    if (!isDropped) {
      model.copy(start, reader.position);
    }
  }
  return model;
}

/** Of a StringStringEntryProto: key = 1. */
function readKey(reader: WireReader): string {
  const entry = new Map<string, string>();
  parseStringPair(reader, entry);
  return [...entry.keys()][0] ?? '';
}

/** Indices go on where a graph is split into several messages. */
function countUp(nameNode: NameNode): () => string {
  let index = 0;
  return () => nameNode(index++);
}

interface GraphOptions {
  readonly location: string;
  readonly nextName: (() => string) | null;
  readonly dropped: ReadonlySet<string>;
}

function assembleGraph(
  reader: WireReader,
  source: ByteSource,
  { location, nextName, dropped }: GraphOptions,
): ByteAssembly {
  const graph = new ByteAssembly(source);
  const outer = reader.enter();
  for (
    let start = reader.position, tag = reader.nextTag();
    tag !== 0;
    start = reader.position, tag = reader.nextTag()
  ) {
    if (tag === 0x0a && nextName !== null) {
      addNamedNode(graph, reader.skipScalars(tag), nextName()); // node = 1
      continue;
    }
    const tensor = tag === 0x2a ? splitTensor(reader, source) : null; // initializer = 5
    if (tag !== 0x2a) {
      reader.skip(tag);
    }
    if (tensor !== null && dropped.has(tensor.name)) {
      continue;
    }
    if (tensor === null || tensor.payload === null) {
      graph.copy(start, reader.position);
    } else {
      addThinTensor(graph, tensor.rest, tensor.payload, location);
    }
  }
  reader.leave(outer);
  return graph;
}

/** Of a field that occurs twice, the last one counts: a second name replaces the first. */
function addNamedNode(graph: ByteAssembly, content: ByteRange, name: string): void {
  const field = new WireWriter().string(3, name).finish();
  graph.add(new WireWriter().header(1, content.length + field.byteLength).finish());
  graph.copy(content.offset, content.offset + content.length);
  graph.add(field);
}

interface SplitTensor {
  readonly name: string;
  /** Every field but the payload. */
  readonly rest: ByteAssembly;
  /** null: the tensor stays as it is, because it is small, external, in several chunks or written as varints. */
  readonly payload: ByteRange | null;
}

function addThinTensor(graph: ByteAssembly, rest: ByteAssembly, payload: ByteRange, location: string): void {
  const entries = { location, offset: String(payload.offset), length: String(payload.length) };
  const writer = new WireWriter();
  for (const [key, value] of Object.entries(entries)) {
    writer.message(13, (entry) => entry.string(1, key).string(2, value)); // external_data
  }
  const external = writer.int(14, 1).finish(); // data_location = EXTERNAL
  graph.add(new WireWriter().header(5, rest.length + external.byteLength).finish());
  graph.append(rest);
  graph.add(external);
}

/** Fields of TensorProto whose content is the memory layout of these element types; external data is always that. */
const MOVABLE: ReadonlyMap<number, (elementType: ElementType) => boolean> = new Map([
  [0x4a, (elementType: ElementType) => elementType !== 'string'], // raw_data = 9
  [0x22, (elementType: ElementType) => elementType === 'float32' || elementType === 'complex64'], // float_data = 4
  [0x52, (elementType: ElementType) => elementType === 'float64' || elementType === 'complex128'], // double_data = 10
]);

/** Fields that hold elements: float_data, int32_data, string_data, int64_data, raw_data, double_data, uint64_data. */
const PAYLOAD_FIELDS: ReadonlySet<number> = new Set([4, 5, 6, 7, 9, 10, 11]);

function splitTensor(reader: WireReader, source: ByteSource): SplitTensor {
  const rest = new ByteAssembly(source);
  const payloads: { readonly tag: number; readonly range: ByteRange }[] = [];
  let elementType: ElementType = 'undefined';
  let isExternal = false;
  let name = '';
  const outer = reader.enter();
  for (
    let start = reader.position, tag = reader.nextTag();
    tag !== 0;
    start = reader.position, tag = reader.nextTag()
  ) {
    if (PAYLOAD_FIELDS.has(tag >>> 3)) {
      payloads.push({ tag, range: reader.skipScalars(tag) });
      continue;
    }
    if (tag === 0x10) {
      elementType = toElementType(reader.readInt()) ?? 'undefined'; // data_type = 2
    } else if (tag === 0x70) {
      isExternal = reader.readInt() === 1; // data_location = 14
    } else if (tag === 0x42) {
      name = reader.readName(); // name = 8
    } else {
      reader.skip(tag);
    }
    rest.copy(start, reader.position);
  }
  reader.leave(outer);
  const [payload] = payloads;
  const isMovable = payloads.length === 1 && !isExternal && MOVABLE.get(payload.tag)?.(elementType) === true;
  return { name, rest, payload: isMovable && payload.range.length >= SMALLEST_MOVED_BYTES ? payload.range : null };
}
