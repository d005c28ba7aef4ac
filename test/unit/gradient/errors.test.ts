import { describe, expect, it } from 'vitest';
import type { GradientRequest } from '../../../src/gradient/createGradientExtension';
import { UserError } from '../../../src/userError';
import { extendModel } from './extendModel';
import { Random } from './random';
import { TestGraph } from './testGraph';

/** The error that differentiating this graph ends with. */
async function refuse(
  build: (graph: TestGraph) => Omit<GradientRequest, 'target'> & { readonly output: string },
  opset = 17,
): Promise<UserError> {
  const graph = new TestGraph(opset, new Random(1));
  const { output, wrt } = build(graph);
  graph.output(output);
  const request: GradientRequest = { target: { kind: 'class', output }, wrt };
  const error: unknown = await extendModel(graph.toBytes(), request).catch((reason: unknown) => reason);
  return error instanceof UserError ? error : expect.unreachable(`a UserError, not ${String(error)}`);
}

describe('what cannot be differentiated is refused with a sentence', () => {
  it('names the operator without a rule and what can still be done', async () => {
    const { code, message } = await refuse((graph) => {
      const sampled = graph.add('GridSample', [graph.input('x', [1, 2, 4, 4]), graph.weight([1, 3, 3, 2])]);
      return { output: graph.add('Flatten', [sampled]), wrt: ['x'] };
    });
    expect(code).toBe('notDifferentiable');
    expect(message).toBe(
      'No derivative can be written through GridSample "GridSample_0" (node 0): the operator has no derivative here. ' +
        'Choose a layer after it, nearer to the output, or a method that only runs the model forward (Score-CAM, ' +
        'Ablation-CAM, RISE, occlusion).',
    );
  });

  it('does not mind an operator without a rule beside the path', async () => {
    const graph = new TestGraph(17, new Random(1));
    const sampled = graph.add('GridSample', [graph.input('x', [1, 2, 4, 4]), graph.weight([1, 3, 3, 2])]);
    graph.output(graph.add('Flatten', [graph.add('Relu', [sampled])]));
    const request: GradientRequest = { target: { kind: 'class', output: graph.outputs[0].name }, wrt: [sampled] };
    await expect(extendModel(graph.toBytes(), request)).resolves.toBeDefined();
  });

  it('says that an output does not depend on a tensor, or only through rounding', async () => {
    const unrelated = await refuse((graph) => {
      graph.output(graph.add('Relu', [graph.input('y', ['N', 3])]));
      return { output: graph.add('Relu', [graph.input('x', ['N', 3])]), wrt: ['y'] };
    });
    expect(unrelated.message).toContain('does not depend on "y"');
    const rounded = await refuse((graph) => ({
      output: graph.add('Relu', [graph.add('Floor', [graph.input('x', ['N', 3])])]),
      wrt: ['x'],
    }));
    expect(rounded.code).toBe('notDifferentiable');
  });

  it('names the weights when they are computed from the tensor', async () => {
    const { message } = await refuse((graph) => {
      const x = graph.input('x', [2, 2, 1, 1]);
      return { output: graph.add('Flatten', [graph.add('Conv', [graph.input('y', [1, 2, 3, 3]), x])]), wrt: ['x'] };
    });
    expect(message).toContain('it depends on input 1 ("x")');
  });

  it('says that a class index means nothing for an output with several wide axes', async () => {
    const { code, message } = await refuse((graph) => ({
      output: graph.add('Relu', [graph.input('x', ['N', 3, 4, 4])]),
      wrt: ['x'],
    }));
    expect(code).toBe('badArgument');
    expect(message).toContain('[?, 3, 4, 4]');
  });

  it('lists the outputs for a name that the graph does not have', async () => {
    const { code, message } = await refuse((graph) => ({
      output: graph.add('Relu', [graph.input('x', ['N', 3])]),
      wrt: ['layer4'],
    }));
    expect(code).toBe('badArgument');
    expect(message).toContain('no value "layer4"');
  });

  it('wants operator set 9', async () => {
    const { message } = await refuse(
      (graph) => ({ output: graph.add('Relu', [graph.input('x', ['N', 3])]), wrt: ['x'] }),
      8,
    );
    expect(message).toContain('this model uses 8');
  });
});
