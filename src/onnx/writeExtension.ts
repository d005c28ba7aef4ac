import { toDataType } from '../graph/elementTypes';
import type {
  EmittedAttribute,
  EmittedNode,
  EmittedTensor,
  EmittedValue,
  ExternalRange,
  GraphExtension,
} from './graphExtension';
import type { WireWriter } from './wireWriter';

/** Writes the extension's parts as fields of a GraphProto. */
export function writeExtension(graph: WireWriter, extension: GraphExtension): void {
  extension.nodes.forEach((node) => graph.message(1, (writer) => writeNode(writer, node)));
  extension.initializers.forEach((tensor) => graph.message(5, (writer) => writeTensor(writer, tensor)));
  extension.inputs.forEach((value) => graph.message(11, (writer) => writeValue(writer, value)));
  extension.outputs.forEach((value) => graph.message(12, (writer) => writeValue(writer, value)));
}

function writeNode(writer: WireWriter, node: EmittedNode): void {
  node.inputs.forEach((name) => writer.string(1, name));
  node.outputs.forEach((name) => writer.string(2, name));
  writer.string(3, node.name).string(4, node.opType);
  for (const [name, attribute] of Object.entries(node.attributes ?? {})) {
    writer.message(5, (message) => writeAttribute(message, name, attribute));
  }
  if (node.domain !== undefined && node.domain !== '') {
    writer.string(7, node.domain);
  }
}

/** AttributeProto: name = 1, type = 20, and the field of the type. */
function writeAttribute(writer: WireWriter, name: string, attribute: EmittedAttribute): void {
  writer.string(1, name);
  switch (attribute.type) {
    case 'float':
      writer.float(2, attribute.value).int(20, 1);
      break;
    case 'int':
      writer.int(3, attribute.value).int(20, 2);
      break;
    case 'string':
      writer.string(4, attribute.value).int(20, 3);
      break;
    case 'tensor':
      writer.message(5, (message) => writeTensor(message, attribute.value)).int(20, 4);
      break;
    case 'floats':
      attribute.value.forEach((value) => writer.float(7, value));
      writer.int(20, 6);
      break;
    case 'ints':
      attribute.value.forEach((value) => writer.int(8, value));
      writer.int(20, 7);
      break;
  }
}

function writeTensor(writer: WireWriter, tensor: EmittedTensor): void {
  writeTensorFields(writer, tensor);
  if (tensor.external === undefined) {
    writer.content(9, tensor.data);
  } else {
    writeExternalRange(writer, tensor.external);
  }
}

/** Every field of TensorProto but the elements. */
export function writeTensorFields(writer: WireWriter, tensor: Omit<EmittedTensor, 'data'>): void {
  tensor.dims.forEach((size) => writer.int(1, size));
  writer.int(2, toDataType(tensor.elementType)).string(8, tensor.name);
}

function writeExternalRange(writer: WireWriter, { location, offset, length }: ExternalRange): void {
  for (const [key, value] of Object.entries({ location, offset, length })) {
    writer.message(13, (entry) => entry.string(1, key).string(2, String(value))); // external_data
  }
  writer.int(14, 1); // data_location = EXTERNAL
}

/** ValueInfoProto > TypeProto > Tensor > TensorShapeProto > Dimension. */
function writeValue(writer: WireWriter, { name, elementType, shape }: EmittedValue): void {
  writer.string(1, name).message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, toDataType(elementType));
      if (shape !== null) {
        tensor.message(2, (dims) => {
          for (const size of shape) {
            dims.message(1, (dim) => (typeof size === 'number' ? dim.int(1, size) : dim.string(2, size)));
          }
        });
      }
    }),
  );
}
