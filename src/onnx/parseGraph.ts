import type { Graph, GraphNode, SparseTensorInfo, TensorInfo, ValueInfo } from '../graph/model';
import { parseNode } from './parseNode';
import { parseStringPair } from './parseStringPair';
import { parseSparseTensor, parseTensor } from './parseTensor';
import { parseValueInfo } from './parseValueInfo';
import type { StructureReader } from './structureReader';

/** A GraphProto while its fields arrive; several messages for the same graph merge. */
export interface GraphParts {
  name: string;
  docString: string;
  readonly metadata: Map<string, string>;
  readonly nodes: GraphNode[];
  readonly initializers: Map<string, TensorInfo>;
  readonly sparseInitializers: Map<string, SparseTensorInfo>;
  readonly inputs: ValueInfo[];
  readonly outputs: ValueInfo[];
  readonly valueInfo: Map<string, ValueInfo>;
}

export function createGraphParts(): GraphParts {
  return {
    name: '',
    docString: '',
    metadata: new Map(),
    nodes: [],
    initializers: new Map(),
    sparseInitializers: new Map(),
    inputs: [],
    outputs: [],
    valueInfo: new Map(),
  };
}

/** A whole sub-graph at once. */
export function parseGraph(structure: StructureReader): Graph {
  const { reader } = structure;
  const parts = createGraphParts();
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    parseGraphField(structure, tag, parts);
  }
  reader.leave(outer);
  return finishGraph(parts);
}

/** One field of GraphProto. */
export function parseGraphField(structure: StructureReader, tag: number, parts: GraphParts): void {
  const { reader } = structure;
  switch (tag) {
    case 0x0a: // node = 1
      parts.nodes.push(parseNode(structure, parts.nodes.length));
      break;
    case 0x12: // name = 2
      parts.name = reader.readName();
      break;
    case 0x2a: // initializer = 5
      addInitializer(structure, parts.initializers, parseTensor(structure));
      break;
    case 0x52: // doc_string = 10
      parts.docString = reader.readText() ?? '';
      break;
    case 0x5a: // input = 11
      parts.inputs.push(parseValueInfo(structure));
      break;
    case 0x62: // output = 12
      parts.outputs.push(parseValueInfo(structure));
      break;
    case 0x6a: {
      // value_info = 13
      const value = parseValueInfo(structure);
      parts.valueInfo.set(value.name, value);
      break;
    }
    case 0x7a: // sparse_initializer = 15
      addInitializer(structure, parts.sparseInitializers, parseSparseTensor(structure));
      break;
    case 0x82: // metadata_props = 16
      parseStringPair(reader, parts.metadata);
      break;
    default:
      reader.skip(tag);
  }
}

function addInitializer<T extends { readonly name: string }>(
  structure: StructureReader,
  initializers: Map<string, T>,
  tensor: T,
): void {
  if (initializers.has(tensor.name)) {
    structure.warn(`The initializer "${tensor.name}" occurs more than once; the last one is shown.`);
  }
  initializers.set(tensor.name, tensor);
}

/** IR version 3 and older list every initializer among the inputs; those are no true inputs. */
export function finishGraph(parts: GraphParts): Graph {
  const isStored = (name: string): boolean => parts.initializers.has(name) || parts.sparseInitializers.has(name);
  return { ...parts, inputs: parts.inputs.filter((input) => !isStored(input.name)) };
}
