import type { ModelReport } from '../src/protocol/modelReport';
import type { App } from './app';
import { toDetailsByLayer } from './detailsByLayer';

const asked = new WeakMap<App, { readonly report: ModelReport; readonly answer: Promise<void> }>();

/** Asks the host, once for each reading of the model; resolves when the state tells the answer. */
export function fetchModelDetails(app: App): Promise<void> {
  const { report, details } = app.state;
  if (report === null || details !== null) {
    return Promise.resolve();
  }
  const known = asked.get(app);
  if (known?.report === report) {
    return known.answer;
  }
  const answer = request(app, report);
  asked.set(app, { report, answer });
  return answer;
}

/** The host cannot answer while it finds that the file is no model any more; it says so itself, and a later look asks again. */
async function request(app: App, report: ModelReport): Promise<void> {
  try {
    const details = await app.channel.request('modelDetails', {});
    if (app.state.report === report) {
      app.update({ details: toDetailsByLayer(details) });
    }
  } catch {
    if (asked.get(app)?.report === report) {
      asked.delete(app);
    }
  }
}
