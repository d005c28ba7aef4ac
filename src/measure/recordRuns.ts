import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceClient, RunOptions } from '../inference/inferenceClient';
import type { ModelSource, ProfiledRun } from '../inference/messages';
import { repeatRuns, WARM_UP_RUNS } from './repeatRuns';

/** Runs a model repeatedly under ONNX Runtime's profiler; what it recorded of the runs after the warm-up. */
export async function recordRuns(
  client: InferenceClient,
  source: ModelSource,
  options: RunOptions,
  report: (fraction: number) => void,
): Promise<readonly ProfiledRun[]> {
  const { signal } = options;
  const profileFolder = await mkdtemp(join(tmpdir(), 'headlight-profile-'));
  try {
    const handle = await client.loadModel({ ...source, profileFolder }, { signal });
    await repeatRuns(client, handle, options, report);
    return (await client.endProfile(handle, signal)).slice(WARM_UP_RUNS);
  } finally {
    await rm(profileFolder, { recursive: true, force: true });
  }
}
