import type { GraphNode, Model } from '../../graph/model';
import type { NotePlace } from '../../onnx/readNotes';
import { readNotes } from '../../onnx/readNotes';
import type { LayerNotes, ModelNotes, Notes } from '../../protocol/notes';
import type { ValuePlaces } from './notePlaces';
import { keyOfCall, keyOfFunction, locateValueNotes } from './notePlaces';

/** Notes of layers are read so many at a time, and no more of them beyond so many characters: JSON must fit a string. */
const LAYERS_AT_ONCE = 1000;
const MOST_CHARACTERS = 2 ** 27;

/**
 * Reads the notes of one layer (index of its node; null: of none) and of values by name. `model`: its graph may be a body
 * of one of its layers. Throws as `readNotes` does.
 */
export async function readLayerNotes(
  model: Model,
  layer: number | null,
  names: readonly string[],
): Promise<LayerNotes> {
  const node = layer === null ? undefined : model.graph.nodes.find(({ index }) => index === layer);
  const key = node && keyOfCall(node);
  const [ofNode] = await readNotes(model, placeOf('node', node));
  const [called] = await readNotes(
    model,
    placeOf(
      'function',
      model.functions.find((one) => keyOfFunction(one) === key),
    ),
  );
  const places = locateValueNotes(model.graph);
  const values = await readValues(model, new Map(names.map((name) => [name, places.get(name) ?? []])));
  return { layer: ofNode ?? null, called: called ?? null, values };
}

/** Reads all notes of a model. Throws as `readNotes` does. */
export async function readModelNotes(model: Model): Promise<ModelNotes> {
  const { docString, metadata, graph } = model;
  const noted = model.functions.filter(({ notes }) => notes !== undefined);
  const functions = await readNotes(
    model,
    noted.flatMap((one) => placeOf('function', one)),
  );
  return {
    model: { docString, metadata: Object.fromEntries(metadata) },
    graph: { name: graph.name, docString: graph.docString, metadata: Object.fromEntries(graph.metadata) },
    functions: Object.fromEntries(noted.map((one, position) => [keyOfFunction(one), functions[position]])),
    values: await readValues(model, locateValueNotes(graph)),
    ...(await readLayers(model)),
  };
}

async function readLayers(model: Model): Promise<Pick<ModelNotes, 'layers' | 'hiddenLayers'>> {
  const noted = model.graph.nodes.filter(({ notes }) => notes !== undefined);
  const layers: ModelNotes['layers'][number][] = [];
  let characters = 0;
  while (layers.length < noted.length && characters < MOST_CHARACTERS) {
    const nodes = noted.slice(layers.length, layers.length + LAYERS_AT_ONCE);
    const notes = await readNotes(
      model,
      nodes.flatMap((node) => placeOf('node', node)),
    );
    layers.push(...notes.map((one, position) => ({ index: nodes[position].index, ...one })));
    characters += JSON.stringify(notes).length;
  }
  return { layers, hiddenLayers: noted.length - layers.length };
}

async function readValues(model: Model, places: ValuePlaces): Promise<Readonly<Record<string, Notes>>> {
  const noted = [...places].filter(([, { length }]) => length > 0);
  const found = await readNotes(
    model,
    noted.flatMap(([, ofOne]) => ofOne),
  );
  let read = 0;
  return Object.fromEntries(noted.map(([name, { length }]) => [name, join(found.slice(read, (read += length)))]));
}

/** A value may be described where it is declared and where it is stored. */
function join(notes: readonly Notes[]): Notes {
  const texts = new Set(notes.map(({ docString }) => docString).filter((text) => text !== ''));
  return {
    docString: [...texts].join('\n'),
    metadata: Object.fromEntries(notes.flatMap(({ metadata }) => Object.entries(metadata))),
  };
}

function placeOf(kind: NotePlace['kind'], one: Pick<GraphNode, 'notes'> | undefined): readonly NotePlace[] {
  return one?.notes === undefined ? [] : [{ kind, range: one.notes }];
}
