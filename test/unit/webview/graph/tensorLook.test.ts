// @vitest-environment jsdom
import { html, render } from 'lit/html.js';
import { describe, expect, it, vi } from 'vitest';
import { RequestFailure, type PageChannel } from '../../../../src/protocol/channel';
import { toCells, toPageRange, toPictureGrid } from '../../../../webview/graph/kernelGrid';
import { createTensorLook } from '../../../../webview/graph/tensorLook';
import { createTensorPages } from '../../../../webview/graph/tensorPages';
import { parameter } from '../reportBuilder';

describe('the pictures of a tensor', () => {
  it('are the kernels of one output channel a page', () => {
    const grid = toPictureGrid([32, 3, 5, 7])!;
    expect(grid).toEqual({ kind: 'kernels', height: 5, width: 7, pictures: 3, pages: 32 });
    expect(toPageRange(grid, 2, 32 * 105)).toEqual({ offset: 210, count: 105 });
  });

  it('are rows of a matrix, as many as can be seen', () => {
    const grid = toPictureGrid([1000, 1280])!;
    expect(grid).toMatchObject({ kind: 'matrix', height: 51, width: 1280, pages: 20 });
    expect(toPageRange(grid, 19, 1_280_000)).toEqual({ offset: 19 * 51 * 1280, count: 31 * 1280 });
  });

  it('do not exist for vectors, 1×1 kernels and what is no kernel', () => {
    expect([[32], [], [64, 32, 1, 1], [2, 3, 4], [1, 8, 224, 224], [0, 3, 3, 3]].map(toPictureGrid)).toEqual(
      new Array(6).fill(null),
    );
  });

  it('stand side by side with a gap', () => {
    const grid = toPictureGrid([1, 3, 2, 2])!;
    const cells = toCells([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], grid, 2);
    expect(cells[3]).toEqual({ x: 1, y: 1, value: 3 });
    expect(cells[4]).toEqual({ x: 3, y: 0, value: 4 });
    expect(cells[11]).toEqual({ x: 1, y: 4, value: 11 });
  });
});

describe('a look at values', () => {
  const request = vi.fn();
  const holder = document.createElement('div');
  const create = (shape: readonly number[]) => {
    request.mockReset();
    const pages = createTensorPages({ channel: { request } as unknown as PageChannel }, () => draw());
    const look = createTensorLook(pages, () => draw());
    const draw = (): void => {
      render(html`${look.template(parameter('w', shape))}`, holder);
    };
    draw();
  };
  const button = (label: string) =>
    [...holder.querySelectorAll('button')].find((one) => one.textContent.trim() === label)!;

  it('reads only the page that is looked at, and each page once', async () => {
    create([600]);
    request.mockImplementation((_, { offset, count }: { offset: number; count: number }) =>
      Promise.resolve({ offset, values: Float64Array.from({ length: count }, (__, index) => offset + index) }),
    );
    expect(request).not.toHaveBeenCalled();
    button('Values').click();
    await vi.waitFor(() => expect(holder.querySelectorAll('li')).toHaveLength(256));
    button('›').click();
    button('›').click();
    await vi.waitFor(() => expect(holder.querySelectorAll('li')).toHaveLength(88));
    expect(holder.querySelector('li:last-child')!.textContent).toBe('599 599');
    expect(button('›').disabled).toBe(true);
    button('‹').click();
    button('‹').click();
    expect(request.mock.calls.map(([, params]) => params as unknown)).toEqual([
      { path: [], name: 'w', offset: 0, count: 256 },
      { path: [], name: 'w', offset: 256, count: 256 },
      { path: [], name: 'w', offset: 512, count: 88 },
    ]);
  });

  it('says why it failed, also where saving did', async () => {
    create([4]);
    request.mockRejectedValue(new RequestFailure({ code: 'fileChanged', message: 'The file changed.', retry: true }));
    button('Values').click();
    await vi.waitFor(() => expect(holder.querySelector('[role=alert]')!.textContent).toBe('The file changed.'));
    button('Hide Values').click();
    expect(holder.querySelector('[role=alert]')).toBeNull();
    button('Save .npy').click();
    await vi.waitFor(() => expect(holder.querySelector('[role=alert]')).not.toBeNull());
    expect(request).toHaveBeenLastCalledWith('saveTensor', { path: [], name: 'w' });
  });
});
