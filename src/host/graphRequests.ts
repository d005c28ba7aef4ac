import type { RequestHandlers } from '../protocol/channel';
import type { ModelDocument } from './modelDocument';

type GraphHandlers = Pick<RequestHandlers, 'modelDetails' | 'layerBodies' | 'bodyReport' | 'notes'>;

/** What a page may ask about the graph beyond what it is sent: worked out, or read, when somebody looks at it. */
export function createGraphHandlers(document: ModelDocument): GraphHandlers {
  return {
    modelDetails: async () => (await document.analysis()).details(),
    layerBodies: async ({ path, index }) => {
      const [{ findBodyPlace }, { reportLayerBodies }] = await Promise.all([
        import('../analysis/report/bodyPlace'),
        import('../analysis/report/layerBodies'),
      ]);
      const { model, inferred } = await document.analysis();
      return { bodies: reportLayerBodies(findBodyPlace(model.graph, inferred, path), index) };
    },
    bodyReport: async ({ path }) => {
      const { reportBody } = await import('../analysis/report/bodyReport');
      const { model, inferred } = await document.analysis();
      return reportBody(model, inferred, path);
    },
    notes: async ({ path, layer, values }) => {
      const [{ toBodyGraph }, { findBodyPlace }, { readLayerNotes }] = await Promise.all([
        import('../analysis/report/bodyGraph'),
        import('../analysis/report/bodyPlace'),
        import('../analysis/report/modelNotes'),
      ]);
      const { model, inferred } = await document.analysis();
      const place = findBodyPlace(model.graph, inferred, path);
      const graph = place.body === null ? model.graph : toBodyGraph(place, place.body).graph;
      return readLayerNotes({ ...model, graph }, layer, values);
    },
  };
}
