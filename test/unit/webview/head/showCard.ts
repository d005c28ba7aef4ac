import type { ModelReport } from '../../../../src/protocol/modelReport';
import type { App, AppState } from '../../../../webview/app';
import type { HeadCard } from '../../../../webview/head/headCard';
import { DEFAULT_HEAD_CHOICES } from '../../../../webview/head/headChoices';
import { createInitialState } from '../../../../webview/savedState';
import { createTestApp } from '../cam/builders';

/** A card of the Head view in the document, drawn again with each change, before anything was found out. */
export function showCard(create: (app: App) => HeadCard, report: ModelReport, change: Partial<AppState>) {
  const test = createTestApp({ ...createInitialState(null), report, ...change });
  const card = create(test.app);
  const { element } = card;
  test.onChange = () =>
    card.draw({
      state: test.app.state,
      head: report.heads[0],
      choices: DEFAULT_HEAD_CHOICES,
      findings: { measurement: { status: 'none' }, weights: { status: 'none' }, row: { status: 'none' } },
    });
  document.body.replaceChildren(element);
  test.onChange(test.app.state);
  return {
    ...test,
    element,
    text: () => element.textContent.replace(/\s+/g, ' '),
    button: (name: string) =>
      [...element.querySelectorAll('button')].find((one) => one.textContent.trim().startsWith(name))!,
  };
}
