import { ByteAssembly } from './byteAssembly';
import type { ByteSource } from './byteSource';
import type { EmittedNode, EmittedTensor, EmittedValue, GraphExtension } from './graphExtension';
import { DEFAULT_LIMITS } from './limits';
import { ReadBudget } from './readBudget';
import { WireReader } from './wireReader';
import { WireWriter } from './wireWriter';
import { writeExtension, writeTensorFields } from './writeExtension';

/** What a new model file has less and more than the one it is made from. Everything else is copied byte for byte. */
export interface ModelEdit {
  /** Nodes left out, by their index in the file. */
  readonly droppedNodes: ReadonlySet<number>;
  /** Values that no longer exist: their stored tensors, declarations and annotations are left out. */
  readonly droppedValues: ReadonlySet<string>;
  /** Inputs declared anew, by name. */
  readonly inputs: ReadonlyMap<string, EmittedValue>;
  /** Outputs declared anew, or left out (null), by name. */
  readonly outputs: ReadonlyMap<string, EmittedValue | null>;
  readonly nodes: readonly EmittedNode[];
  /** The new nodes come before this one, because it reads what they make; null: after all others. */
  readonly insertBefore: number | null;
  readonly initializers: readonly EmittedTensor[];
  /** Entries of metadata_props to set, or to leave out (null). */
  readonly metadata: ReadonlyMap<string, string | null>;
}

/** Field numbers · 8 + 2 (length-delimited), of ModelProto. */
const MODEL = { graph: 0x3a, metadata: 0x72 } as const;
/** The same of GraphProto. */
const GRAPH = {
  node: 0x0a,
  initializer: 0x2a,
  input: 0x5a,
  output: 0x62,
  valueInfo: 0x6a,
  quantizationAnnotation: 0x72,
  sparseInitializer: 0x7a,
} as const;

/** Where a message inside GraphProto has the name of the value it is about: tags from the outside in. */
const NAME_PATHS: ReadonlyMap<number, readonly number[]> = new Map([
  [GRAPH.initializer, [0x42]], // TensorProto.name = 8
  [GRAPH.sparseInitializer, [0x0a, 0x42]], // SparseTensorProto.values = 1
  [GRAPH.input, [0x0a]], // ValueInfoProto.name = 1
  [GRAPH.output, [0x0a]],
  [GRAPH.valueInfo, [0x0a]],
  [GRAPH.quantizationAnnotation, [0x0a]], // TensorAnnotation.tensor_name = 1
]);

/** The edited model as new bytes and ranges of the old file; large payloads are not read. */
export function assembleEditedModel(source: ByteSource, edit: ModelEdit): ByteAssembly {
  const reader = new WireReader(source, new ReadBudget(DEFAULT_LIMITS));
  const model = new ByteAssembly(source);
  const graphs = new GraphEditor(reader, source, edit);
  for (
    let start = reader.position, tag = reader.nextTag();
    tag !== 0;
    start = reader.position, tag = reader.nextTag()
  ) {
    if (tag === MODEL.graph) {
      const graph = graphs.assemble();
      model.add(new WireWriter().header(7, graph.length).finish());
      model.append(graph);
      continue;
    }
    const isReplaced = tag === MODEL.metadata && edit.metadata.has(readName(reader, [0x0a])); // key = 1
    if (tag !== MODEL.metadata) {
      reader.skip(tag);
    }
    if (!isReplaced) {
      model.copy(start, reader.position);
    }
  }
  model.add(writeMetadata(edit.metadata));
  return model;
}

/** Entries of metadata_props; a model must not hold a key twice. */
export function writeMetadata(metadata: ModelEdit['metadata']): Uint8Array {
  const writer = new WireWriter();
  for (const [key, value] of metadata) {
    if (value !== null) {
      writer.message(14, (entry) => entry.string(1, key).string(2, value));
    }
  }
  return writer.finish();
}

/** Copies graphs without what is dropped; indices of nodes go on where a graph is split into several messages. */
class GraphEditor {
  readonly #reader: WireReader;
  readonly #source: ByteSource;
  readonly #edit: ModelEdit;
  #nextNode = 0;
  #isInserted = false;

  constructor(reader: WireReader, source: ByteSource, edit: ModelEdit) {
    this.#reader = reader;
    this.#source = source;
    this.#edit = edit;
  }

  assemble(): ByteAssembly {
    const reader = this.#reader;
    const graph = new ByteAssembly(this.#source);
    const outer = reader.enter();
    for (
      let start = reader.position, tag = reader.nextTag();
      tag !== 0;
      start = reader.position, tag = reader.nextTag()
    ) {
      if (tag === GRAPH.node && this.#nextNode === this.#edit.insertBefore) {
        this.#insert(graph);
      }
      const kept = this.#readField(tag);
      if (kept === true) {
        graph.copy(start, reader.position);
      } else if (kept !== false) {
        graph.add(kept);
      }
    }
    reader.leave(outer);
    this.#insert(graph);
    return graph;
  }

  /** Reads a field to its end and says whether it stays, or what takes its place. */
  #readField(tag: number): boolean | Uint8Array {
    const { droppedNodes, droppedValues, inputs, outputs } = this.#edit;
    const path = NAME_PATHS.get(tag);
    if (path === undefined) {
      this.#reader.skip(tag);
      return tag !== GRAPH.node || !droppedNodes.has(this.#nextNode++);
    }
    const name = readName(this.#reader, path);
    if (tag === GRAPH.output) {
      const output = outputs.get(name);
      return output === undefined || (output !== null && writeParts({ outputs: [output] }));
    }
    const input = tag === GRAPH.input ? inputs.get(name) : undefined;
    return input === undefined ? !droppedValues.has(name) : writeParts({ inputs: [input] });
  }

  #insert(graph: ByteAssembly): void {
    if (this.#isInserted) {
      return;
    }
    this.#isInserted = true;
    graph.add(writeParts({ nodes: this.#edit.nodes }));
    for (const tensor of this.#edit.initializers) {
      addTensor(graph, tensor);
    }
  }
}

function writeParts(parts: Partial<GraphExtension>): Uint8Array {
  const writer = new WireWriter();
  writeExtension(writer, { nodes: [], initializers: [], inputs: [], outputs: [], ...parts });
  return writer.finish();
}

/** A tensor's weights are not copied: they may be hundreds of megabytes. */
function addTensor(graph: ByteAssembly, tensor: EmittedTensor): void {
  const fields = new WireWriter();
  writeTensorFields(fields, tensor);
  const start = fields.header(9, tensor.data.byteLength).finish(); // raw_data = 9
  graph.add(new WireWriter().header(5, start.byteLength + tensor.data.byteLength).finish()); // initializer = 5
  graph.add(start);
  graph.add(tensor.data);
}

/** The name at the end of a path of nested messages; the reader moves past the outermost. '' when there is none. */
function readName(reader: WireReader, [tag, ...inner]: readonly number[]): string {
  let name = '';
  const outer = reader.enter();
  for (let found = reader.nextTag(); found !== 0; found = reader.nextTag()) {
    if (found !== tag) {
      reader.skip(found);
    } else {
      name = inner.length === 0 ? reader.readName() : readName(reader, inner);
    }
  }
  reader.leave(outer);
  return name;
}
