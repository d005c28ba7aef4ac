import { RequestFailure } from '../src/protocol/channel';
import type { ModelReport } from '../src/protocol/modelReport';
import type { App } from './app';

/** Whether a run could tell shapes that the graph does not. */
export function hasUnknownShapes({ layers }: ModelReport): boolean {
  return layers.some(({ outputs }) =>
    outputs.some(({ shape }) => shape === null || shape.some((size) => typeof size !== 'number')),
  );
}

/** Asks the host for the time of each layer; the state tells how it went. Cancelling leaves what was there before. */
export async function measure(app: App): Promise<void> {
  const before = app.state.measurement;
  app.update({ measurement: { status: 'running' } });
  try {
    const measurement = await app.channel.request('measureLayers', {});
    app.update({ measurement: { status: 'measured', measurement } });
  } catch (error) {
    if (!(error instanceof RequestFailure)) {
      throw error;
    }
    const { failure } = error;
    app.update({ measurement: failure.code === 'cancelled' ? before : { status: 'failed', failure } });
  }
}

/** Asks the host to run the model once for its shapes; they arrive in a new report. */
export async function completeShapes(app: App): Promise<void> {
  try {
    await app.channel.request('measureShapes', {});
  } catch (error) {
    if (!(error instanceof RequestFailure)) {
      throw error;
    }
    const { failure } = error;
    if (failure.code !== 'cancelled') {
      app.update({ measurement: { status: 'failed', failure } });
    }
  }
}
