import type { Attribute, GraphNode } from '../graph/model';
import { parseAttribute } from './parseAttribute';
import type { StructureReader } from './structureReader';

const NO_ATTRIBUTES: ReadonlyMap<string, Attribute> = new Map();

/** NodeProto. `index` is its position in the graph. */
export function parseNode(structure: StructureReader, index: number): GraphNode {
  const { reader } = structure;
  reader.budget.countNode(reader.position);
  const inputs: string[] = [];
  const outputs: string[] = [];
  let attributes: Map<string, Attribute> | null = null;
  let name = '';
  let opType = '';
  let domain = '';
  let hasNotes = false;
  let overload = '';
  const outer = reader.enter();
  const offset = reader.position;
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    switch (tag) {
      case 0x0a: // input = 1
        inputs.push(reader.readName());
        break;
      case 0x12: // output = 2
        outputs.push(reader.readName());
        break;
      case 0x1a: // name = 3
        name = reader.readName();
        break;
      case 0x22: // op_type = 4
        opType = reader.readName();
        break;
      case 0x2a: // attribute = 5
        attributes ??= new Map();
        parseAttribute(structure, attributes);
        break;
      case 0x3a: // domain = 7
        domain = toDomain(reader.readName());
        break;
      case 0x42: // overload = 8
        overload = reader.readName();
        break;
      case 0x32: // doc_string = 6
      case 0x4a: // metadata_props = 9
        hasNotes = reader.skipContent().length > 0 || hasNotes;
        break;
      default:
        reader.skip(tag);
    }
  }
  const length = reader.position - offset;
  reader.leave(outer);
  const node = { index, name, opType, domain, inputs, outputs, attributes: attributes ?? NO_ATTRIBUTES };
  const called = overload === '' ? node : { ...node, overload };
  // A copy by spreading takes several times as long.
  return hasNotes ? Object.assign(called, { notes: { offset, length } }) : called;
}

/** 'ai.onnx' is the default domain written out. */
export function toDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}
