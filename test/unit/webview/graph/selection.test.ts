import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { App } from '../../../../webview/app';
import { Selection } from '../../../../webview/graph/selection';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import { layer, report } from '../reportBuilder';

const view = toGraphView(report([layer('Conv', 'x w -> a'), layer('Loop', 'a -> y')], { initializers: ['w'] }));

describe('the selection', () => {
  const send = vi.fn();
  const choose = vi.fn();
  let isInside: boolean;
  let selection: Selection;
  beforeEach(() => {
    [send, choose].forEach((spy) => spy.mockReset());
    isInside = false;
    const app = { channel: { send }, state: { choices: { selectedLayer: null } }, choose } as unknown as App;
    selection = new Selection(app, () => isInside);
  });

  it('is told to the editor and kept with the choices', () => {
    expect(selection.choose(view, 'layer:1', null)).toMatchObject({ kind: 'layers' });
    expect([selection.item, selection.layer]).toEqual(['layer:1', 1]);
    expect(send.mock.calls).toEqual([[{ type: 'itemSelected', item: 'layer:1' }]]);
    expect(choose.mock.calls).toEqual([[{ selectedLayer: 1 }]]);
  });

  it('is told to nobody inside a body, where the same numbers mean other layers', () => {
    isInside = true;
    selection.choose(view, 'layer:1', null);
    expect([selection.item, selection.layer]).toEqual(['layer:1', 1]);
    expect([send.mock.calls, choose.mock.calls]).toEqual([[], []]);
  });
});
