import type { Dimension, ElementType, ValueInfo } from '../graph/model';
import { toElementType } from '../graph/elementTypes';
import { LONGEST_CACHED } from './messageCache';
import type { StructureReader, TensorType } from './structureReader';
import type { WireReader } from './wireReader';

/** ValueInfoProto: name = 1, type = 2, doc_string = 3, metadata_props = 4. */
export function parseValueInfo(structure: StructureReader): ValueInfo {
  const { reader } = structure;
  let name = '';
  let hasNotes = false;
  let type: TensorType | null = null;
  const outer = reader.enter();
  const offset = reader.position;
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    switch (tag) {
      case 0x0a:
        name = reader.readName();
        break;
      case 0x12:
        type = merge(reader, type, parseType(structure));
        break;
      case 0x1a:
      case 0x22:
        hasNotes = reader.skipContent().length > 0 || hasNotes;
        break;
      default:
        reader.skip(tag);
    }
  }
  const length = reader.position - offset;
  reader.leave(outer);
  const value = { name, elementType: type?.elementType ?? null, shape: type?.shape ?? null };
  return hasNotes ? { ...value, notes: { offset, length } } : value;
}

/** Messages for the same field merge: numbers are replaced, lists go on. */
function merge({ budget, position }: WireReader, first: TensorType | null, next: TensorType): TensorType {
  if (first === null) {
    return next;
  }
  const shape = next.shape === null ? first.shape : [...(first.shape ?? []), ...next.shape];
  // What is known already belongs to others, too, so it is copied; many small messages must not make that a long task.
  shape?.forEach(() => budget.countItem(position));
  return { elementType: next.elementType ?? first.elementType, shape };
}

interface TensorTypeParts {
  elementType: ElementType | null;
  shape: Dimension[] | null;
}

/** TypeProto: tensor_type = 1; sequences, maps, optionals and sparse tensors are skipped, so they cannot nest deep. */
function parseType({ reader, types }: StructureReader): TensorType {
  const content = reader.peekContent(LONGEST_CACHED);
  const known = content === null ? undefined : types.find(content);
  if (known !== undefined) {
    reader.skipKnown();
    return known;
  }
  const bytes = content === null ? null : new Uint8Array(content);
  const type: TensorTypeParts = { elementType: null, shape: null };
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === 0x0a) {
      parseTensorType(reader, type);
    } else {
      reader.skip(tag);
    }
  }
  reader.leave(outer);
  if (bytes !== null) {
    types.keep(bytes, type);
  }
  return type;
}

/** TypeProto.Tensor: elem_type = 1, shape = 2. */
function parseTensorType(reader: WireReader, type: TensorTypeParts): void {
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === 0x08) {
      type.elementType = toElementType(reader.readInt());
    } else if (tag === 0x12) {
      type.shape ??= [];
      parseShape(reader, type.shape);
    } else {
      reader.skip(tag);
    }
  }
  reader.leave(outer);
}

/** TensorShapeProto: dim = 1. */
function parseShape(reader: WireReader, shape: Dimension[]): void {
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === 0x0a) {
      reader.budget.countItem(reader.position);
      shape.push(parseDimension(reader));
    } else {
      reader.skip(tag);
    }
  }
  reader.leave(outer);
}

/** TensorShapeProto.Dimension: dim_value = 1, dim_param = 2. Some exporters write -1 for "not known". */
function parseDimension(reader: WireReader): Dimension {
  let dimension: Dimension = null;
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === 0x08) {
      const size = reader.readInt();
      dimension = size >= 0 ? size : null;
    } else if (tag === 0x12) {
      const name = reader.readName();
      dimension = name === '' ? null : name;
    } else {
      reader.skip(tag);
    }
  }
  reader.leave(outer);
  return dimension;
}
