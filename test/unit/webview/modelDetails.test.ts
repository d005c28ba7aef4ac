import { expect, it, vi } from 'vitest';
import type { ModelDetails } from '../../../src/protocol/modelDetails';
import type { App, AppState } from '../../../webview/app';
import { fetchModelDetails } from '../../../webview/modelDetails';

const details: ModelDetails = { layers: [], peakActivation: null, receptiveField: null };

function createApp(answer: () => Promise<ModelDetails>) {
  const request = vi.fn(answer);
  const app = {
    state: { report: {}, details: null } as AppState,
    channel: { request },
    update: (change: Partial<AppState>) => Object.assign(app.state, change),
  };
  return { app: app as typeof app & App, request };
}

it('the details of a model are asked for once, and those of another one are dropped', async () => {
  let answer: (given: ModelDetails) => void = () => undefined;
  const { app, request } = createApp(() => new Promise((resolve) => (answer = resolve)));
  const asked = [fetchModelDetails(app), fetchModelDetails(app)];
  Object.assign(app.state, { report: {} });
  answer(details);
  await Promise.all(asked);
  expect(app.state.details).toBeNull();
  expect(request).toHaveBeenCalledTimes(1);
  const again = fetchModelDetails(app);
  answer(details);
  await again;
  expect(app.state.details).not.toBeNull();
  expect(request).toHaveBeenCalledTimes(2);
});

it('details that the host cannot give, while it reads a file that is no model any more, are asked for again', async () => {
  const answers = [Promise.reject(new Error('damaged')), Promise.resolve(details)];
  const { app } = createApp(() => answers.shift() ?? Promise.resolve(details));
  await fetchModelDetails(app);
  expect(app.state.details).toBeNull();
  await fetchModelDetails(app);
  expect(app.state.details).not.toBeNull();
});
