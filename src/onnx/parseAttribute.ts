import type { Attribute, Graph, SparseTensorInfo, TensorInfo } from '../graph/model';
import { LONGEST_CACHED } from './messageCache';
import { createTensorParts, finishTensor, parseSparseTensor, parseTensor, parseTensorInto } from './parseTensor';
import type { TensorParts } from './parseTensor';
import type { NamedAttribute, StructureReader } from './structureReader';

/** An AttributeProto while its fields arrive; what is absent takes no memory, as there are many. */
interface AttributeParts {
  name: string;
  /** AttributeProto.AttributeType; 0 when the file leaves it out, as IR version 1 does. */
  type: number;
  reference: string;
  float?: number;
  int?: number;
  /** null: longer than the text limit. */
  string?: string | null;
  tensor?: TensorParts;
  sparseTensor?: SparseTensorInfo;
  graph?: Graph;
  floats?: number[];
  ints?: number[];
  strings?: string[];
  tensors?: TensorInfo[];
  graphs?: Graph[];
}

/** AttributeProto; adds it to `target` under its name. */
export function parseAttribute(structure: StructureReader, target: Map<string, Attribute>): void {
  const { reader, attributes } = structure;
  const content = reader.peekContent(LONGEST_CACHED);
  const known = content === null ? undefined : attributes.find(content);
  if (known !== undefined) {
    reader.skipKnown();
    target.set(known.name, known.attribute);
    return;
  }
  const bytes = content === null ? null : new Uint8Array(content);
  const parsed = parseNamedAttribute(structure);
  if (bytes !== null && isPlain(parsed.attribute)) {
    attributes.keep(bytes, parsed);
  }
  target.set(parsed.name, parsed.attribute);
}

/** Tensors and graphs have an identity, and their bytes a place in the file. */
function isPlain({ type }: Attribute): boolean {
  return type === 'int' || type === 'ints' || type === 'float' || type === 'floats' || type === 'string';
}

function parseNamedAttribute(structure: StructureReader): NamedAttribute {
  const { reader } = structure;
  const parts: AttributeParts = { name: '', type: 0, reference: '' };
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    parseAttributeField(structure, tag, parts);
  }
  reader.leave(outer);
  return { name: parts.name, attribute: toAttribute(structure, parts) };
}

function parseAttributeField(structure: StructureReader, tag: number, parts: AttributeParts): void {
  const { reader } = structure;
  switch (tag) {
    case 0x0a: // name = 1
      parts.name = reader.readName();
      break;
    case 0x15: // f = 2
      parts.float = reader.readFloat();
      break;
    case 0x18: // i = 3
      parts.int = reader.readInt();
      break;
    case 0x22: // s = 4
      parts.string = reader.readText();
      break;
    case 0x3d: // floats = 7, one by one
    case 0x3a: // floats = 7, packed
      reader.readScalars(tag, () => (parts.floats ??= []).push(reader.readFloat()));
      break;
    case 0x40: // ints = 8, one by one
    case 0x42: // ints = 8, packed
      reader.readScalars(tag, () => (parts.ints ??= []).push(reader.readInt()));
      break;
    case 0x4a: // strings = 9
      reader.budget.countItem(reader.position);
      (parts.strings ??= []).push(reader.readText() ?? '');
      break;
    case 0xa0: // type = 20
      parts.type = reader.readInt();
      break;
    default:
      parseNestedField(structure, tag, parts);
  }
}

function parseNestedField(structure: StructureReader, tag: number, parts: AttributeParts): void {
  const { reader } = structure;
  switch (tag) {
    case 0x2a: // t = 5
      parts.tensor ??= createTensorParts();
      parseTensorInto(structure, parts.tensor);
      break;
    case 0x32: // g = 6
      parts.graph = structure.parseGraph(structure);
      break;
    case 0x52: // tensors = 10
      (parts.tensors ??= []).push(parseTensor(structure));
      break;
    case 0x5a: // graphs = 11
      reader.budget.countItem(reader.position);
      (parts.graphs ??= []).push(structure.parseGraph(structure));
      break;
    case 0xaa: // ref_attr_name = 21
      parts.reference = reader.readName();
      break;
    case 0xb2: // sparse_tensor = 22
      parts.sparseTensor = parseSparseTensor(structure);
      break;
    default:
      reader.skip(tag);
  }
}

/** AttributeProto.AttributeType → the attribute; a declared type whose field is missing holds protobuf's default. */
function toAttribute(structure: StructureReader, parts: AttributeParts): Attribute {
  if (parts.reference !== '') {
    return { type: 'reference', value: parts.reference };
  }
  const type = parts.type === 0 ? guessType(parts) : parts.type;
  switch (type) {
    case 1:
      return { type: 'float', value: parts.float ?? 0 };
    case 2:
      return { type: 'int', value: parts.int ?? 0 };
    case 3:
      return parts.string === null ? { type: 'other', value: type } : { type: 'string', value: parts.string ?? '' };
    case 4:
      return { type: 'tensor', value: finishTensor(structure, parts.tensor ?? createTensorParts()) };
    case 5:
      return parts.graph === undefined ? { type: 'other', value: type } : { type: 'graph', value: parts.graph };
    case 6:
      return { type: 'floats', value: parts.floats ?? [] };
    case 7:
      return { type: 'ints', value: parts.ints ?? [] };
    case 8:
      return { type: 'strings', value: parts.strings ?? [] };
    case 9:
      return { type: 'tensors', value: parts.tensors ?? [] };
    case 10:
      return { type: 'graphs', value: parts.graphs ?? [] };
    case 11:
      return parts.sparseTensor === undefined
        ? { type: 'other', value: type }
        : { type: 'sparse_tensor', value: parts.sparseTensor };
    default:
      return { type: 'other', value: type };
  }
}

function guessType(parts: AttributeParts): number {
  const present: readonly [boolean, number][] = [
    [parts.float !== undefined, 1],
    [parts.int !== undefined, 2],
    [parts.string !== undefined, 3],
    [parts.tensor !== undefined, 4],
    [parts.graph !== undefined, 5],
    [parts.floats !== undefined, 6],
    [parts.ints !== undefined, 7],
    [parts.strings !== undefined, 8],
    [parts.tensors !== undefined, 9],
    [parts.graphs !== undefined, 10],
    [parts.sparseTensor !== undefined, 11],
  ];
  return present.find(([isPresent]) => isPresent)?.[1] ?? 0;
}
