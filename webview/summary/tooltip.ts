/** A line of text that follows the pointer over a chart. */
export interface Tooltip {
  show(event: PointerEvent, text: string): void;
  hide(): void;
}

export function createTooltip(container: HTMLElement): Tooltip {
  const element = document.createElement('div');
  element.className = 'chart-tooltip';
  element.hidden = true;
  // The table beside the chart says the same to screen readers.
  element.setAttribute('aria-hidden', 'true');
  container.append(element);
  return {
    show({ clientX, clientY }, text) {
      element.textContent = text;
      element.hidden = false;
      const bounds = container.getBoundingClientRect();
      const left = Math.min(clientX - bounds.left + 12, bounds.width - element.offsetWidth);
      element.style.left = `${Math.max(0, left)}px`;
      element.style.top = `${clientY - bounds.top + 14}px`;
    },
    hide() {
      element.hidden = true;
    },
  };
}
