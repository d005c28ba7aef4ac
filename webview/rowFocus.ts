/** What the keyboard does in a table of rows, each with a button. */
export interface RowFocus {
  /** Among `count` rows; `wanted`: the one that Tab leads to, unless it is where the keyboard was last. */
  place(count: number, wanted: number | undefined): void;
}

const ROW = 'tbody tr:not(.spacer)';

/**
 * One row takes part in the tab order; arrow keys, Home and End go from row to row, also to one that is not drawn yet.
 * Rows carry `aria-rowindex`, two more than theirs. `moved`: the keyboard went to another row, which is to be drawn.
 */
export function createRowFocus(element: HTMLElement, rowHeight: number, moved: (row: number) => void): RowFocus {
  let [active, count] = [0, 0];
  const findButton = (row: number): HTMLElement | null =>
    element.querySelector<HTMLElement>(`${ROW}[aria-rowindex='${row + 2}'] button`);

  function move(next: number): void {
    active = next;
    const head = element.querySelector('thead')?.clientHeight ?? 0;
    const [top, bottom] = [next * rowHeight, (next + 1) * rowHeight + head - element.clientHeight];
    element.scrollTop = Math.max(Math.min(element.scrollTop, top), bottom);
    moved(next);
    findButton(next)?.focus({ preventScroll: true });
  }

  element.addEventListener('focusin', ({ target }) => {
    const row = findRow(target);
    active = row === null ? active : Number(row.getAttribute('aria-rowindex')) - 2;
  });
  element.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -count, End: count }[event.key];
    if (step !== undefined && count > 0 && (event.target === element || findRow(event.target) !== null)) {
      event.preventDefault();
      move(Math.min(count - 1, Math.max(0, active + step)));
    }
  });
  return {
    place(rows, wanted) {
      count = rows;
      active = Math.min(wanted ?? active, Math.max(0, count - 1));
      const buttons = element.querySelectorAll<HTMLElement>(`${ROW} button`);
      const stop = findButton(active) ?? buttons[0];
      buttons.forEach((button) => (button.tabIndex = button === stop ? 0 : -1));
      // Rows take each other's places as one scrolls: the focus stays with the row, not with its place.
      if (element.contains(findRow(document.activeElement))) {
        stop.focus({ preventScroll: true });
      }
    },
  };
}

function findRow(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest(ROW) : null;
}
