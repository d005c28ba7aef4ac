import type { MapChoices } from '../src/protocol/mapChoices';
import type { TargetChoice } from '../src/protocol/target';
import type { App } from './app';
import { findTargetChoice, toTargetKey } from './cam/explainedTarget';
import { toMessage } from '../src/protocol/errorMessage';

/**
 * Asks the host, once for each reading of the model, what maps can be drawn with: of classes, and of what is explained in
 * their place. The state tells the answers.
 */
export async function fetchMapChoices(app: App): Promise<void> {
  await Promise.all([fetchClassChoices(app), fetchTargetChoices(app)]);
  // Where no class can be explained, only now is it known what is.
  await fetchTargetChoices(app);
}

async function fetchClassChoices(app: App): Promise<void> {
  const { report, mapChoices } = app.state;
  if (report === null || mapChoices !== null) {
    return;
  }
  app.update({ mapChoices: 'loading' });
  const answer = await request(app, null);
  if (app.state.report === report) {
    app.update({ mapChoices: answer });
  }
}

async function fetchTargetChoices(app: App): Promise<void> {
  const { report, targetChoices } = app.state;
  const target = findTargetChoice(app.state);
  if (report === null || target === null || targetChoices.has(toTargetKey(target))) {
    return;
  }
  const keep = (choices: MapChoices | 'loading'): void =>
    app.update({ targetChoices: new Map(app.state.targetChoices).set(toTargetKey(target), choices) });
  keep('loading');
  const answer = await request(app, target);
  if (app.state.report === report) {
    keep(answer);
  }
}

function request(app: App, target: TargetChoice | null): Promise<MapChoices> {
  return app.channel.request('mapChoices', { target }).catch((error: unknown) => ({
    methods: [],
    method: null,
    reason: toMessage(error),
    layerMethod: null,
    layer: null,
    stages: [],
    layers: [],
    placeless: [],
    end: '',
    targets: { outputs: [], embeddings: [], usual: null },
  }));
}
