import { describe, expect, it } from 'vitest';
import { detectHeads } from '../../../../src/analysis/heads/detectHeads';
import { indexGraph } from '../../../../src/graph/graphIndex';
import { inferShapes } from '../../../../src/graph/inferShapes';
import { buildModel, node, type GraphSpec } from '../../graph/graphBuilder';

function explain(spec: GraphSpec, inputShapes: Readonly<Record<string, readonly number[]>> = {}): string | null {
  const model = buildModel(spec);
  return detectHeads(model, indexGraph(model.graph), inferShapes(model, inputShapes))[0].reason;
}

describe('a head behind values of unknown shape', () => {
  const strange = [node('Relu', 'x', 'a'), node('Strange', 'a', 'b', {}, 'example'), node('Relu', 'b', 'y')];

  it('names the input without a shape, of those the output depends on', () => {
    const nodes = [node('Relu', 'x', 'y'), node('Relu', 'z', 'other')];
    const spec = { inputs: { z: null, x: null }, nodes, outputs: ['y'] };
    expect(explain(spec)).toMatch(/no shape of the input "x".*give that input a shape/);
    expect(explain(spec, { x: [1, 10] })).toMatch(/nothing to locate/);
  });

  it('names the first operator that is not known, which no binding helps', () => {
    expect(explain({ inputs: { x: [1, 3] }, nodes: strange, outputs: ['y'] })).toMatch(
      /^Strange is an operator whose shapes .* other input sizes cannot change that/,
    );
  });

  it('takes what the file declares of an unknown operator’s output', () => {
    const declared = { b: [1, 10] };
    expect(explain({ inputs: { x: [1, 3] }, nodes: strange, outputs: ['y'], declared })).toMatch(/nothing to locate/);
  });

  it('names what contradicts the sizes of its inputs', () => {
    const nodes = [node('Add', 'x z', 'a'), node('Relu', 'a', 'y')];
    expect(explain({ inputs: { x: [1, 3], z: [1, 2] }, nodes, outputs: ['y'] })).toMatch(
      /^The shape of what Add makes/,
    );
  });
});
