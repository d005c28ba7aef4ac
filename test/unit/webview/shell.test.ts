// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { App, AppState, View } from '../../../webview/app';
import { createInitialState } from '../../../webview/savedState';
import { createShell, type Shell } from '../../../webview/shell';
import { toNextTab } from '../../../webview/tabs';
import { layer, report } from './reportBuilder';

const model = report([layer('Relu', 'x -> y')]);
const loaded: AppState = { ...createInitialState(null), report: model };

function createFakeView(name: string) {
  const element = document.createElement('section');
  element.textContent = `the ${name} view`;
  return { element, draw: vi.fn(), shown: vi.fn() };
}

describe('the shell', () => {
  let root: HTMLElement;
  let shell: Shell;
  const channel = { send: vi.fn(), request: vi.fn() };
  const [update, choose] = [vi.fn(), vi.fn()];
  const views = new Map<string, ReturnType<typeof createFakeView>>();
  const creator = (name: string) => (): View => {
    const view = createFakeView(name);
    views.set(name, view);
    return view;
  };

  beforeEach(() => {
    views.clear();
    root = document.createElement('div');
    document.body.replaceChildren(root);
    channel.send.mockReset();
    channel.request.mockReset().mockResolvedValue({});
    update.mockReset();
    choose.mockReset();
    const app: App = { channel, state: loaded, update, choose };
    shell = createShell(app, root, {
      graph: creator('graph'),
      summary: creator('summary'),
      head: creator('head'),
      cam: creator('cam'),
      images: creator('images'),
    });
  });

  it('shows that it reads the model until there is one', () => {
    shell.draw(createInitialState(null));
    expect(root.querySelector('[aria-label="Reading the model"]')).not.toBeNull();
    expect(root.querySelectorAll('[role=tab]:disabled')).toHaveLength(5);
    shell.draw(loaded);
    expect(root.querySelector('[role=tabpanel]')!.textContent).toBe('the graph view');
  });

  it('makes a view when it is first shown, and attaches one at a time', () => {
    shell.draw(loaded);
    expect([...views.keys()]).toEqual(['graph']);
    shell.draw({ ...loaded, choices: { ...loaded.choices, view: 'cam' } });
    expect([...views.keys()]).toEqual(['graph', 'cam']);
    expect(views.get('graph')!.element.isConnected).toBe(false);
    shell.draw(loaded);
    expect(views.size).toBe(2);
    expect(views.get('graph')!.shown).toHaveBeenCalledTimes(2);
    expect(views.get('graph')!.draw).toHaveBeenCalledTimes(2);
  });

  it('marks the selected tab and labels the panel with it', () => {
    shell.draw({ ...loaded, choices: { ...loaded.choices, view: 'summary' } });
    const selected = root.querySelector('[role=tab][aria-selected=true]')!;
    expect(selected.textContent.trim()).toBe('Summary');
    expect(root.querySelector('[role=tabpanel]')!.getAttribute('aria-labelledby')).toBe(selected.id);
    expect([...root.querySelectorAll('[role=tab]')].map((tab) => tab.getAttribute('tabindex'))).toEqual([
      '-1',
      '0',
      '-1',
      '-1',
      '-1',
    ]);
  });

  it('goes on from the tab that has the focus, also before the last key is drawn', () => {
    shell.draw(loaded);
    const press = (view: string) =>
      root
        .querySelector(`#tab-${view}`)!
        .dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    press('graph');
    press('summary');
    expect(choose.mock.calls).toEqual([[{ view: 'summary' }], [{ view: 'head' }]]);
    expect(document.activeElement).toBe(root.querySelector('#tab-head'));
  });

  it('says in every view that something is wrong with the model, and leads to what', () => {
    shell.draw(loaded);
    expect(root.querySelector('.shell-warnings')).toBeNull();
    shell.draw({ ...loaded, report: { ...model, warnings: ['weights.bin is missing.'] } });
    const warnings = root.querySelector<HTMLElement>('.shell-warnings')!;
    expect(warnings.title).toBe('weights.bin is missing.');
    expect(warnings.getAttribute('aria-label')).toBe('1 warning, listed in the summary');
    warnings.click();
    expect(choose).toHaveBeenCalledWith({ view: 'summary' });
  });

  it('says why a model could not be opened, and tries again when asked', () => {
    const failure = { code: 'truncated', message: '<b>model.onnx</b> ends after 12 bytes.', retry: true };
    shell.draw({ ...createInitialState(null), failure });
    expect(root.querySelector('[role=alert]')!.textContent).toContain('<b>model.onnx</b> ends after 12 bytes.');
    root.querySelector<HTMLElement>('vscode-button')!.click();
    expect(update).toHaveBeenCalledWith({ failure: null, report: null });
    expect(channel.request).toHaveBeenCalledWith('reload', {});
  });

  it('shows a failure in place of the views, and the views again after it', () => {
    shell.draw(loaded);
    shell.draw({ ...loaded, failure: { code: 'fileNotFound', message: 'gone', retry: true } });
    expect(views.get('graph')!.element.isConnected).toBe(false);
    shell.draw(loaded);
    expect(views.get('graph')!.element.isConnected).toBe(true);
  });

  it('lists tasks with a way to cancel each', () => {
    shell.draw({ ...loaded, tasks: new Map([['t1', { label: 'Running the model', fraction: 0.5 }]]) });
    expect(root.querySelector('progress')!.value).toBe(0.5);
    root.querySelector<HTMLElement>('[aria-label="Cancel: Running the model"]')!.click();
    expect(channel.send).toHaveBeenCalledWith({ type: 'taskCancelled', task: 't1' });
    shell.draw(loaded);
    expect(root.querySelector('progress')).toBeNull();
  });
});

describe('the keys of the tabs', () => {
  it.each([
    ['ArrowRight', 'graph', 'summary'],
    ['ArrowRight', 'images', 'graph'],
    ['ArrowLeft', 'graph', 'images'],
    ['Home', 'cam', 'graph'],
    ['End', 'graph', 'images'],
    ['a', 'graph', null],
  ] as const)('%s on %s leads to %s', (key, from, to) => expect(toNextTab(key, from)).toBe(to));
});
