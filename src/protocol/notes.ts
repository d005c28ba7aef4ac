/** What the file says in words about a part of the model, as its exporter wrote it. */
export interface Notes {
  readonly docString: string;
  /** Entries of metadata_props. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Of a layer and of values. */
export interface LayerNotes {
  readonly layer: Notes | null;
  /** Of the function that the layer calls. */
  readonly called: Notes | null;
  /** Of values and stored tensors, by name; those without any are missing. */
  readonly values: Readonly<Record<string, Notes>>;
}

/** Of the whole model. */
export interface ModelNotes {
  readonly model: Notes;
  readonly graph: Notes & { readonly name: string };
  /** By the functions' names. */
  readonly functions: Readonly<Record<string, Notes>>;
  readonly values: Readonly<Record<string, Notes>>;
  /** In the order of the file. */
  readonly layers: readonly (Notes & { readonly index: number })[];
  /** Further layers whose notes are left out, because those before are very long. */
  readonly hiddenLayers: number;
}
