// @vitest-environment jsdom
import { render } from 'lit/html.js';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestFailure } from '../../../../src/protocol/channel';
import type { BodyPath, BodyReport, GraphReport } from '../../../../src/protocol/layerBodies';
import type { App, GraphChoices } from '../../../../webview/app';
import { breadcrumbTemplate } from '../../../../webview/graph/breadcrumb';
import { Descent, type DescentEvents, type LeftGraph } from '../../../../webview/graph/descent';
import type { Scene } from '../../../../webview/graph/scene';
import { toGraphView } from '../../../../webview/graph/toGraphView';
import { readSavedChoices } from '../../../../webview/savedState';
import { layer, report } from '../reportBuilder';

const main = report([layer('Relu', 'x -> a'), layer('If', 'a -> y', { name: 'choose' })]);
const toBody = (change: Partial<BodyReport>): BodyReport => ({
  ...report([layer('Neg', 'x -> a'), layer('Loop', 'a -> y', { name: '' })]),
  ...{ kind: 'branch', name: 'then_branch', times: null, bodies: ['then_branch', 'else_branch'] },
  ...change,
});
const THEN = { layer: 1, body: 0 };
const ELSE = { layer: 1, body: 1 };
const LOOP = { layer: 1, body: 0 };
const REPORTS: Record<string, BodyReport> = {
  '1.0': toBody({}),
  '1.1': toBody({ name: 'else_branch' }),
  '1.0 1.0': toBody({ kind: 'loop', name: 'body', times: 5, bodies: ['body'] }),
};
const choices = (k: number): GraphChoices => ({ expanded: [], viewport: { k, x: 0, y: 0 } });

describe('going into bodies', () => {
  const request = vi.fn();
  const entered = vi.fn<DescentEvents['entered']>();
  const returned = vi.fn<DescentEvents['returned']>();
  const changed = vi.fn();
  let graphs: { model: { report: GraphReport; view: ReturnType<typeof toGraphView> }; root: string }[];
  let shown: LeftGraph;
  let state: { report: unknown };
  let descent: Descent;

  beforeEach(() => {
    const push = (one: GraphReport) => {
      const view = toGraphView(one);
      graphs.push({ model: { report: one, view }, root: view.root.id });
      return { view };
    };
    graphs = [];
    push(main);
    [entered, returned, changed].forEach((spy) => spy.mockReset());
    request
      .mockReset()
      .mockImplementation((_: string, { path }: { path: BodyPath }) =>
        Promise.resolve(REPORTS[path.map((step) => `${step.layer}.${step.body}`).join(' ')]),
      );
    shown = { choices: choices(1), item: 'layer:1', layer: 1 };
    state = { report: main };
    const scene = {
      graphs,
      enterBody: push,
      leaveBodies: (depth: number) => void graphs.splice(depth + 1),
    } as unknown as Scene;
    const app = { channel: { request }, state } as unknown as App;
    descent = new Descent(app, scene, { leaving: () => shown, entered, returned, changed });
  });
  const labels = () => descent.levels.map(({ label }) => label);

  it('tells where one is, and leads back to where one was', async () => {
    await descent.show([THEN]);
    expect(labels()).toEqual(['If “choose” then_branch']);
    expect(entered).toHaveBeenCalledWith(undefined);
    const inside = { choices: choices(2), item: 'layer:1', layer: 1 };
    const outside = shown;
    shown = inside;
    await descent.show([THEN, LOOP]);
    expect(request).toHaveBeenCalledTimes(2);
    expect(labels()).toEqual(['If “choose” then_branch', 'Loop body']);
    expect(descent.description).toBe('Inside Loop body: runs 5 times');
    expect(descent.fileNames).toEqual(['If_choose_then_branch', 'Loop_body']);
    descent.leave(1);
    expect(returned).toHaveBeenLastCalledWith(inside);
    descent.leave(0);
    expect(returned).toHaveBeenLastCalledWith(outside);
    expect([graphs.length, descent.path]).toEqual([1, []]);
  });

  it('shows another body of the layer in the place of one, with the same way back', async () => {
    await descent.show([THEN]);
    const outside = shown;
    shown = { choices: choices(7), item: null, layer: null };
    await descent.show([ELSE]);
    expect([labels(), graphs.length]).toEqual([['If “choose” else_branch'], 2]);
    descent.leave(0);
    expect(returned).toHaveBeenLastCalledWith(outside);
  });

  it('goes through several at once, and back to the layer that runs the next', async () => {
    await descent.show([THEN, LOOP]);
    expect([graphs.length, entered.mock.calls.length]).toEqual([3, 1]);
    descent.leave(1);
    expect(returned).toHaveBeenLastCalledWith({ choices: undefined, item: 'layer:1', layer: 1 });
  });

  it('stays where it is when the body cannot be read, says why, and forgets it on the way on', async () => {
    request.mockRejectedValueOnce(new RequestFailure({ code: 'notOnnx', message: 'The file is gone.', retry: true }));
    await descent.show([THEN]);
    expect([descent.message, descent.path, graphs.length]).toEqual(['The file is gone.', [], 1]);
    expect(changed).toHaveBeenCalledOnce();
    descent.leave(-1);
    expect([descent.message, changed.mock.calls.length]).toEqual([null, 2]);
  });

  it('drops an answer that comes after another question, after leaving, or after another reading', async () => {
    const late = descent.show([THEN]);
    await descent.show([ELSE]);
    await late;
    expect(labels()).toEqual(['If “choose” else_branch']);
    const left = descent.show([ELSE, LOOP]);
    descent.leave(0);
    await left;
    expect(descent.path).toEqual([]);
    const old = descent.show([THEN]);
    state.report = report([]);
    await old;
    expect(descent.path).toEqual([]);
  });

  it('is saved with how each graph was left, and gone through again', async () => {
    await descent.show([THEN]);
    shown = { choices: choices(2), item: null, layer: null };
    await descent.show([THEN, LOOP]);
    const saved = descent.surround(choices(3));
    expect(saved).toEqual({
      ...choices(1),
      inside: { step: THEN, graph: { ...choices(2), inside: { step: LOOP, graph: choices(3) } } },
    });
    expect(readSavedChoices({ choices: { graph: saved } }).graph).toEqual(saved);
    const broken = { ...choices(1), inside: { step: { layer: 'x', body: 0 }, graph: choices(2) } };
    expect(readSavedChoices({ choices: { graph: broken } }).graph).toBeUndefined();
    descent.forget();
    graphs.splice(1);
    await descent.restore(saved);
    expect(descent.path).toEqual([THEN, LOOP]);
    expect(entered).toHaveBeenLastCalledWith(expect.objectContaining(choices(3)));
    await descent.restore(choices(1));
    expect(descent.path).toEqual([THEN, LOOP]);
  });

  describe('in the breadcrumb', () => {
    const enter = vi.fn();
    const bar = document.createElement('div');
    const draw = () =>
      render(breadcrumbTemplate({ scene: { graphs } as never, folding: { enter }, descent }, 'm.onnx'), bar);
    const text = () => [...bar.querySelectorAll('li, p')].map((one) => one.textContent.replace(/\s+/g, ' ').trim());
    const press = (label: string) =>
      [...bar.querySelectorAll('button')].find((one) => one.textContent === label)!.click();

    it('is told with how often it runs, and the other bodies of its layer', async () => {
      draw();
      expect(text()).toEqual([]);
      await descent.show([THEN]);
      draw();
      expect(text()).toEqual(['m.onnx', 'If “choose” then_branch', 'runs where the condition is true else_branch']);
      press('else_branch');
      await vi.waitFor(() => expect(labels()).toEqual(['If “choose” else_branch']));
    });

    it('leads back to each graph around', async () => {
      await descent.show([THEN, LOOP]);
      draw();
      press('If “choose” then_branch');
      expect(labels()).toEqual(['If “choose” then_branch']);
      draw();
      press('m.onnx');
      expect(descent.path).toEqual([]);
    });

    it('says why a body is not shown', async () => {
      request.mockRejectedValueOnce(new RequestFailure({ code: 'notOnnx', message: 'The file is gone.', retry: true }));
      await descent.show([THEN]);
      draw();
      expect(bar.querySelector('[role=alert]')!.textContent).toBe('The file is gone.');
    });
  });
});
