import type { App } from './app';

/** Asks the host, once for each reading of the model, what maps can be drawn with; the state tells the answer. */
export async function fetchMapChoices(app: App): Promise<void> {
  const { report, mapChoices } = app.state;
  if (report === null || mapChoices !== null) {
    return;
  }
  app.update({ mapChoices: 'loading' });
  const answer = await app.channel.request('mapChoices', {}).catch((error: unknown) => ({
    methods: [],
    method: null,
    reason: error instanceof Error ? error.message : String(error),
    layerMethod: null,
    layer: null,
    stages: [],
    layers: [],
  }));
  if (app.state.report === report) {
    app.update({ mapChoices: answer });
  }
}
