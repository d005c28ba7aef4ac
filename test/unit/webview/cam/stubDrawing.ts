import { vi } from 'vitest';

/** What jsdom has not got. It draws nothing: numbers and colours are tested where they are computed. */
export function stubDrawing(): void {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe = vi.fn();
    },
  );
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
}
