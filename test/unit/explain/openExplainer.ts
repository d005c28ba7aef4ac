import path from 'node:path';
import { createExplainer } from '../../../src/explain/explainer';
import { InferenceClient } from '../../../src/inference/inferenceClient';
import { analyzeModel } from '../../../src/inspectModel';
import { buildServer } from '../inference/buildServer';

/** Explainers for tests, each with a process of its own; `name` keeps the built server apart from those of others. */
export async function createExplainerOpener(name: string) {
  const server = await buildServer(name);
  const clients: InferenceClient[] = [];
  return {
    /** For files of the tests; goes with `close`. */
    folder: path.dirname(server.path),
    async open(model: string) {
      const client = new InferenceClient(server.path);
      clients.push(client);
      return createExplainer(await analyzeModel(model), client);
    },
    async close() {
      clients.forEach((client) => client.dispose());
      await server.remove();
    },
  };
}
