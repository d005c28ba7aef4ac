import type { Locator } from 'playwright-core';

/**
 * Presses a button of the area, and another one as soon as it is there: in the page itself, since what can be stopped
 * may be over before a click from outside arrives on a busy machine. Buttons by their title or text.
 */
export function pressInTurn(area: Locator, ...names: readonly [first: string, second: string]): Promise<void> {
  return area.evaluate((element, [first, second]) => {
    const press = (name: string): boolean => {
      const buttons = [...element.querySelectorAll<HTMLElement>('button, vscode-button')];
      const button = buttons.find(({ title, textContent }) => title === name || textContent.trim() === name);
      button?.click();
      return button !== undefined;
    };
    return new Promise<void>((resolve) => {
      const pressSecond = (_: unknown, observer: MutationObserver): void => {
        observer.disconnect();
        if (press(second)) {
          resolve();
        } else {
          observer.observe(element, { childList: true, subtree: true });
        }
      };
      new MutationObserver(pressSecond).observe(element, { childList: true, subtree: true });
      press(first);
    });
  }, names);
}
