import { describeNode } from '../gradient/describeNode';
import { listReads } from '../graph/graphIndex';
import type { Attribute, GraphNode } from '../graph/model';
import type { EmittedAttribute } from '../onnx/graphExtension';
import { UserError } from '../userError';
import type { LayerContext } from './layerContext';

/**
 * Writes the part of the model from the layer to the target once more, reading another value in place of the layer, and
 * returns the target's name in that copy. Weights are shared. Values that go around the layer (residuals) are repeated
 * to the batch of the new one. `batch`: that batch as int64 [1].
 * @throws UserError `badArgument` naming a node that cannot be written again.
 */
export function emitReplay(context: LayerContext, replacement: string, batch: string): string {
  return new Replay(context, replacement, batch).write();
}

class Replay {
  readonly #context: LayerContext;
  readonly #batch: string;
  readonly #copies = new Map<string, string>();
  readonly #afterLayer: ReadonlySet<string>;
  readonly #afterImage: ReadonlySet<string>;

  constructor(context: LayerContext, replacement: string, batch: string) {
    this.#context = context;
    this.#batch = batch;
    this.#copies.set(context.layer.tensor, replacement);
    this.#afterLayer = this.#collect([context.layer.tensor]);
    this.#afterImage = this.#collect(context.model.graph.inputs.map(({ name }) => name));
  }

  /** In order, so that what a node reads is there already. */
  write(): string {
    const { index, output } = this.#context;
    const needed = new Set([output]);
    const nodes = [...index.order].reverse().filter((node) => {
      const isNeeded = node.outputs.some((name) => needed.has(name) && this.#afterLayer.has(name));
      if (isNeeded) {
        listReads(node).forEach((name) => needed.add(name));
      }
      return isNeeded && !node.outputs.includes(this.#context.layer.tensor);
    });
    nodes.reverse().forEach((node) => this.#copyNode(node));
    return this.#copy(output);
  }

  /** Values that depend on one of these, themselves included. */
  #collect(names: readonly string[]): ReadonlySet<string> {
    const dependent = new Set(names);
    for (const node of this.#context.index.order) {
      if (listReads(node).some((name) => dependent.has(name))) {
        node.outputs.forEach((name) => dependent.add(name));
      }
    }
    return dependent;
  }

  #copy(value: string): string {
    const known = this.#copies.get(value);
    if (known !== undefined || value === '' || !this.#afterImage.has(value)) {
      return known ?? value;
    }
    const { index, shapes } = this.#context;
    const node = index.producerOf.get(value);
    const isReal = shapes.elementType(value)?.startsWith('float') ?? false;
    if (!this.#afterLayer.has(value) && (isReal || node === undefined)) {
      return this.#remember(value, this.#repeat(value));
    }
    // Sizes of the batch (Shape of a value beside the layer) have to be those of the new one.
    if (node === undefined) {
      throw new Error(`"${value}" is made by no node.`);
    }
    this.#copyNode(node);
    return this.#copies.get(value) ?? '';
  }

  #remember(value: string, copy: string): string {
    this.#copies.set(value, copy);
    return copy;
  }

  /** Only where the first axis is a batch that the model leaves open. */
  #repeat(value: string): string {
    const { builder, shapes } = this.#context;
    const sizes = shapes.sizes(value);
    if (sizes === null || sizes.length === 0 || sizes[0] !== null) {
      return value;
    }
    const rest = builder.int64(sizes.slice(1).map(() => 1));
    const target = sizes.length === 1 ? this.#batch : builder.concat([this.#batch, rest], 0);
    return builder.add('Expand', [value, target]);
  }

  #copyNode(node: GraphNode): void {
    const { builder } = this.#context;
    const inputs = node.inputs.map((name) => this.#copy(name));
    const attributes = Object.fromEntries(
      [...node.attributes].map(([name, attribute]) => [name, toEmitted(node, attribute)] as const),
    );
    const outputs = builder.addAll(node.opType, inputs, attributes, node.outputs.length, undefined, node.domain);
    node.outputs.forEach((name, position) => name !== '' && this.#copies.set(name, outputs[position]));
  }
}

function toEmitted(node: GraphNode, attribute: Attribute): EmittedAttribute {
  switch (attribute.type) {
    case 'float':
    case 'int':
    case 'string':
    case 'floats':
    case 'ints':
      return attribute;
    default:
      throw new UserError(
        'badArgument',
        `${describeNode(node)} lies after the layer and carries a ${attribute.type}, so the model cannot be run again ` +
          'from the layer on. Choose a later layer, or Score-CAM.',
      );
  }
}
