import type { GraphNode } from '../graph/model';
import { listTellingAttributes } from './attributeDefaults';
import { toAttributeKey } from './attributeKey';
import type { ComparedGraph } from './comparedGraph';
import { findStored } from './storedInputs';

/** Numbers for texts: equal texts, equal numbers. Shared by both graphs; exact, so nothing collides. */
export type Intern = (text: string) => number;

export function createIntern(): Intern {
  const numbers = new Map<string, number>();
  return (text) => {
    const known = numbers.get(text);
    if (known !== undefined) {
      return known;
    }
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  };
}

/** One label per position; nodes with equal labels may correspond. */
export type Labels = readonly number[];

/** How much two nodes must have in common, from everything to the operator alone. */
export interface LabelLevels {
  /** Operator, attributes and output shapes. */
  readonly exact: Labels;
  /** Operator and dimensions of the stored inputs: the same layer at another input size or with other attributes. */
  readonly weights: Labels;
  readonly operator: Labels;
}

export function computeLabels(graph: ComparedGraph, intern: Intern): LabelLevels {
  const operators = graph.nodes.map(toOperator);
  return {
    exact: graph.nodes.map((node, position) =>
      intern(`exact ${operators[position]} ${describeAttributes(node)} ${describeOutputs(graph, node)}`),
    ),
    weights: graph.nodes.map((node, position) =>
      intern(`weights ${operators[position]} ${describeStored(graph, node)}`),
    ),
    operator: operators.map((operator) => intern(`operator ${operator}`)),
  };
}

export function toOperator({ domain, opType }: GraphNode): string {
  return domain === '' || domain === 'ai.onnx' ? opType : `${domain}:${opType}`;
}

function describeAttributes(node: GraphNode): string {
  return [...listTellingAttributes(node)]
    .map(([name, attribute]) => `${name}=${toAttributeKey(attribute)}`)
    .sort()
    .join(' ');
}

function describeOutputs({ inferred }: ComparedGraph, { outputs }: GraphNode): string {
  return outputs
    .map(
      (name) =>
        inferred.facts
          .get(name)
          ?.shape?.map((size) => size ?? '?')
          .join('x') ?? '?',
    )
    .join(' ');
}

function describeStored(graph: ComparedGraph, node: GraphNode): string {
  return node.inputs.map((name) => findStored(graph, name)?.dims.join('x') ?? '').join(' ');
}
