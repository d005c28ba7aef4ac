import { describe, expect, it } from 'vitest';
import { toOutline } from '../../../../webview/graph/outline';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import { layer, report } from '../reportBuilder';

describe('the outline', () => {
  it('is the tree of blocks and layers of the graph, in order', () => {
    const view = toGraphView(
      report(
        [
          layer('Conv', 'x w1 -> a', { name: '/m/a/Conv' }),
          layer('Relu', 'a -> b', { name: '/m/a/Relu' }),
          layer('MaxPool', 'b -> c', { name: '/m/b/MaxPool' }),
          layer('Softmax', 'c -> y', { name: '/Softmax' }),
        ],
        { initializers: ['w1'] },
      ),
    );
    const leaf = { children: [] };
    expect(toOutline(view)).toEqual([
      { id: 'input:x', label: 'x', detail: 'input 1×3×28×28', kind: 'value', ...leaf },
      {
        id: 'scope:m',
        label: 'm',
        detail: '3 layers',
        kind: 'block',
        children: [
          { id: 'layer:0', label: '/m/a/Conv', detail: 'Conv, Relu', kind: 'layer', ...leaf },
          { id: 'layer:2', label: '/m/b/MaxPool', detail: 'MaxPool', kind: 'layer', ...leaf },
        ],
      },
      { id: 'layer:3', label: '/Softmax', detail: 'Softmax', kind: 'layer', ...leaf },
      { id: 'output:y', label: 'y', detail: 'output 1×3×28×28', kind: 'value', ...leaf },
    ]);
  });
});
