import { indexNodes, listReads } from '../graph/graphIndex';
import type { InferredBody, OperatorSets } from '../graph/inference';
import { readOpset } from '../graph/inference';
import type { InferredGraph } from '../graph/inferShapes';
import type { GraphNode } from '../graph/model';
import { operatorKey } from '../graph/shapeRules/table';
import type { OperatorCall, ValueFacts } from '../graph/valueFacts';
import { ShapeConflict } from '../graph/valueFacts';
import type { ReceptiveField } from '../protocol/modelDetails';
import type { CellAxes, CellField, Field, Reach } from './receptive/cellField';
import { centre, EVERYWHERE } from './receptive/cellField';
import type { FieldRule } from './receptive/fieldRule';
import { layoutFields } from './receptive/layoutFields';
import { windowFields } from './receptive/windowFields';

const FIELD_RULES: ReadonlyMap<string, FieldRule> = new Map([
  ...Object.entries(layoutFields),
  ...Object.entries(windowFields),
]);

/** Images are [N, C, H, W], [N, H, W, C] (few channels last), [C, H, W] or [H, W, C]. */
export function startField(inferred: InferredGraph, name: string): CellField | null {
  const shape = inferred.facts.get(name)?.shape ?? null;
  const isChannels = (size: unknown) => typeof size === 'number' && size <= 4;
  if (shape === null || shape.length < 3 || shape.length > 4) {
    return null;
  }
  const [first, last] = [shape[shape.length - 3], shape[shape.length - 1]];
  if (shape.length === 3 && !isChannels(first) && !isChannels(last)) {
    return null;
  }
  const row = shape.length - (isChannels(last) && !isChannels(first) ? 3 : 2);
  const axes: CellAxes = { kind: 'grid', row, column: row + 1 };
  const pixel: Reach = { low: 0, high: 0, stride: 1 };
  return { axes, rows: pixel, columns: pixel, exact: true };
}

interface Walk {
  readonly opsets: OperatorSets;
  readonly bodies: InferredBody['bodies'];
}

/** Adds the fields of what the nodes make; they must come in an order in which they can run. */
export function followNodes(
  order: readonly GraphNode[],
  fields: Map<string, Field>,
  facts: (name: string) => ValueFacts,
  walk: Walk,
): void {
  for (const node of order) {
    if (!listReads(node).some((name) => fields.has(name))) {
      continue;
    }
    const bodies = walk.bodies.get(node);
    const results = bodies === undefined ? null : followBodies(node, bodies, fields, walk);
    const field = results === null ? followOperator(node, fields, facts, walk) : null;
    node.outputs.forEach((name, position) => {
      // The shape of an image is not a matter of its content.
      if (name !== '' && node.opType !== 'Shape' && node.opType !== 'Size') {
        fields.set(name, results?.[position] ?? field ?? EVERYWHERE);
      }
    });
  }
}

function followOperator(
  node: GraphNode,
  fields: ReadonlyMap<string, Field>,
  facts: (name: string) => ValueFacts,
  walk: Walk,
): Field {
  const inputs = node.inputs.map((name) => (name === '' ? null : facts(name)));
  const call: OperatorCall = { node, opset: readOpset(walk.opsets, node.domain), inputs };
  try {
    const rule = FIELD_RULES.get(operatorKey(node.domain, node.opType));
    const outputShape = facts(node.outputs[0]).shape;
    return rule?.({ call, fields: node.inputs.map((name) => fields.get(name)), outputShape }) ?? EVERYWHERE;
  } catch (error) {
    if (error instanceof ShapeConflict) {
      return EVERYWHERE;
    }
    throw error;
  }
}

/** A function call, or the one branch that is taken; loops and open branches have no place. */
function followBodies(
  node: GraphNode,
  bodies: readonly InferredBody[],
  fields: ReadonlyMap<string, Field>,
  walk: Walk,
): (Field | undefined)[] {
  const [body] = bodies;
  if (bodies.length !== 1 || body.kind === 'loop') {
    return node.outputs.map(() => EVERYWHERE);
  }
  const inner = new Map(body.graph === null ? [] : fields);
  for (const [name, outer] of body.inputs) {
    const field = fields.get(outer);
    if (field !== undefined) {
      inner.set(name, field);
    }
  }
  followNodes(indexNodes(body.nodes).order, inner, body.factsOf, {
    opsets: body.opsets ?? walk.opsets,
    bodies: body.bodies,
  });
  return node.outputs.map((outer) => {
    const pair = body.outputs.find(([, name]) => name === outer);
    return pair && inner.get(pair[0]);
  });
}

export function toReceptiveField({ rows, columns, exact }: CellField): ReceptiveField {
  const size = (reach: Reach) => Math.ceil(reach.high - reach.low - 1e-9) + 1;
  return {
    size: [size(rows), size(columns)],
    stride: [rows.stride, columns.stride],
    start: [centre(rows), centre(columns)],
    exact,
  };
}
