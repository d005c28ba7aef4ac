import type { Attribute, ModelFunction } from '../graph/model';
import { parseAttribute } from './parseAttribute';
import type { GraphParts } from './parseGraph';
import { createGraphParts, parseGraphField } from './parseGraph';
import { parseNode, toDomain } from './parseNode';
import { parseStringPair } from './parseStringPair';
import type { StructureReader } from './structureReader';
import type { WireReader } from './wireReader';

/** A ModelProto's fields beside the graph. */
interface ModelParts {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  domain: string;
  modelVersion: number;
  docString: string;
  readonly opsets: Map<string, number>;
  readonly metadata: Map<string, string>;
  readonly functions: ModelFunction[];
}

/** A ModelProto while its fields arrive. After an error it tells how much of it was ONNX. */
export interface ModelProgress {
  readonly header: ModelParts;
  graph: GraphParts | null;
  /** Fields of ModelProto and of the graph that were read to their end. */
  completeFields: number;
}

export function createModelProgress(): ModelProgress {
  const header: ModelParts = {
    irVersion: 0,
    producerName: '',
    producerVersion: '',
    domain: '',
    modelVersion: 0,
    docString: '',
    opsets: new Map(),
    metadata: new Map(),
    functions: [],
  };
  return { header, graph: null, completeFields: 0 };
}

/** Reads the whole file into `progress`, returning to the event loop in between. */
export async function parseModel(structure: StructureReader, progress: ModelProgress): Promise<void> {
  const { reader } = structure;
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === 0x3a) {
      await parseMainGraph(structure, progress); // graph = 7
    } else if (parseModelField(structure, tag, progress.header)) {
      progress.completeFields += 1;
    }
    if (reader.budget.isTurnOver()) {
      await reader.budget.takeTurn();
    }
  }
}

/** Several graph messages merge into one. */
async function parseMainGraph(structure: StructureReader, progress: ModelProgress): Promise<void> {
  const { reader } = structure;
  const graph = (progress.graph ??= createGraphParts());
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    parseGraphField(structure, tag, graph);
    progress.completeFields += 1;
    if (reader.budget.isTurnOver()) {
      await reader.budget.takeTurn();
    }
  }
  reader.leave(outer);
}

/** One field of ModelProto other than the graph; false when it is not one of ours. */
function parseModelField(structure: StructureReader, tag: number, parts: ModelParts): boolean {
  const { reader } = structure;
  switch (tag) {
    case 0x08:
      parts.irVersion = reader.readInt();
      return parts.irVersion > 0 && parts.irVersion < 1000;
    case 0x12:
      parts.producerName = reader.readName();
      return true;
    case 0x1a:
      parts.producerVersion = reader.readName();
      return true;
    case 0x22:
      parts.domain = reader.readName();
      return true;
    case 0x28:
      parts.modelVersion = reader.readInt();
      return true;
    case 0x32:
      parts.docString = reader.readText() ?? '';
      return true;
    case 0x42:
      parseOpset(reader, parts.opsets);
      return true;
    case 0x72:
      parseStringPair(reader, parts.metadata);
      return true;
    case 0xca:
      parts.functions.push(parseFunction(structure));
      return true;
    case 0xa2: // training_info = 20
      reader.skip(tag);
      structure.warn('The file holds training steps as well (TrainingInfoProto); the model is shown as it is used.');
      return true;
    default:
      reader.skip(tag);
      return false;
  }
}

/** OperatorSetIdProto: domain = 1, version = 2. */
function parseOpset(reader: WireReader, opsets: Map<string, number>): void {
  let domain = '';
  let version = 0;
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === 0x0a) {
      domain = toDomain(reader.readName());
    } else if (tag === 0x10) {
      version = reader.readInt();
    } else {
      reader.skip(tag);
    }
  }
  reader.leave(outer);
  opsets.set(domain, version);
}

/** FunctionProto. */
function parseFunction(structure: StructureReader): ModelFunction {
  const { reader } = structure;
  const parts = {
    domain: '',
    name: '',
    overload: '',
    inputs: [] as string[],
    outputs: [] as string[],
    attributes: [] as string[],
    defaults: new Map<string, Attribute>(),
    opsets: new Map<string, number>(),
    nodes: [] as ModelFunction['nodes'][number][],
  };
  const outer = reader.enter();
  const offset = reader.position;
  let hasNotes = false;
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    switch (tag) {
      case 0x0a: // name = 1
        parts.name = reader.readName();
        break;
      case 0x22: // input = 4
        parts.inputs.push(reader.readName());
        break;
      case 0x2a: // output = 5
        parts.outputs.push(reader.readName());
        break;
      case 0x32: // attribute = 6, a name without a default
        parts.attributes.push(reader.readName());
        break;
      case 0x3a: // node = 7
        parts.nodes.push(parseNode(structure, parts.nodes.length));
        break;
      case 0x42: // doc_string = 8
      case 0x72: // metadata_props = 14
        hasNotes = reader.skipContent().length > 0 || hasNotes;
        break;
      case 0x4a: // opset_import = 9
        parseOpset(reader, parts.opsets);
        break;
      case 0x52: // domain = 10
        parts.domain = toDomain(reader.readName());
        break;
      case 0x5a: // attribute_proto = 11, one with a default
        parseAttribute(structure, parts.defaults);
        break;
      case 0x6a: // overload = 13
        parts.overload = reader.readName();
        break;
      default:
        reader.skip(tag);
    }
  }
  const length = reader.position - offset;
  reader.leave(outer);
  const attributes = [...parts.attributes, ...parts.defaults.keys()];
  return hasNotes ? { ...parts, attributes, notes: { offset, length } } : { ...parts, attributes };
}
