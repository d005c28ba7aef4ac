import type { AppState } from '../../../../webview/app';
import { DEFAULT_CAM_CHOICES, type CamChoices } from '../../../../webview/cam/camChoices';
import { createCamView } from '../../../../webview/cam/camView';
import { createTestApp } from './builders';

/** The CAM view in the document, with `cam` among its choices, and ways to read and use it. */
export function showCamView(state: AppState, cam: Partial<CamChoices>) {
  const test = createTestApp({ ...state, choices: { ...state.choices, cam: { ...DEFAULT_CAM_CHOICES, ...cam } } });
  const view = createCamView(test.app);
  document.body.replaceChildren(view.element);
  test.onChange = (changed) => view.draw(changed);
  view.draw(test.app.state);
  const page = view.element;
  const read = (selector: string) => page.querySelector(selector)?.textContent.replace(/\s+/g, ' ').trim() ?? '';
  const button = (name: string) =>
    [...page.querySelectorAll('button')].find(
      (each) => each.textContent.replace(/\s+/g, ' ').trim() === name || each.getAttribute('aria-label') === name,
    )!;
  const field = <Kind extends 'input' | 'select'>(label: string, kind: Kind) =>
    [...page.querySelectorAll('label')]
      .find((each) => each.querySelector('span')?.textContent.trim().startsWith(label))!
      .querySelector(kind)!;
  const choose = (label: string, value: string) => {
    const select = field(label, 'select');
    select.value = value;
    select.dispatchEvent(new Event('change'));
  };
  const panel = (title: string) => read(`section[aria-labelledby=cam-${title}-title]`);
  return Object.assign(test, { page, read, button, field, choose, panel });
}
