import type { Explanation, LayerExplanation } from '../../../../src/protocol/explanation';
import type { MapChoices, MethodChoice } from '../../../../src/protocol/mapChoices';
import type { ModelSettings, WebviewToHost } from '../../../../src/protocol/messages';
import type { HeadReport, ModelReport } from '../../../../src/protocol/modelReport';
import type { App, AppState } from '../../../../webview/app';
import { computeClassMap } from '../../../../webview/cam/evidence';
import type { FeatureMap } from '../../../../webview/cam/evidence';
import { NO_GALLERIES } from '../../../../webview/gallery/galleryContent';

/** Two channels of 2×2 cells. */
export const FEATURE: FeatureMap = {
  featureMap: Float32Array.of(1, 2, 3, 4, 0, 1, 0, 1),
  channels: 2,
  height: 2,
  width: 2,
  aggregate: 'mean',
};

/** Three classes over FEATURE: rows [1, −2], [0, 1], [2, 0], biases 0.5, −1, 0. */
export const CLASSIFIER = {
  weights: Float32Array.of(1, -2, 0, 1, 2, 0),
  perPosition: false,
  bias: Float32Array.of(0.5, -1, 0),
};
/** mean F = [2.5, 0.5]: 1.5 + 0.5, 0.5 − 1, 5 + 0. */
export const LOGITS = Float32Array.of(2, -0.5, 5);

/** What the host answers for an image: the map of the top class alone. */
export function createExplanation(change: Partial<Explanation> = {}): Explanation {
  return {
    ...FEATURE,
    imageId: 'a.png',
    image: '/w/a.png',
    kind: 'gap-linear',
    logits: LOGITS,
    probabilities: null,
    probabilitySource: null,
    top: [2, 0, 1],
    maps: [computeClassMap(FEATURE, 2, Float32Array.of(2, 0), 0, 5)],
    receptiveField: { size: [7, 7], stride: [4, 4], start: [0, 0], exact: true },
    placement: null,
    inputPicture: { width: 8, height: 8, rgba: new Uint8ClampedArray(8 * 8 * 4) },
    elapsedMs: { decode: 1, run: 2 },
    ...change,
  };
}

/** What the host answers when asked for the map of a class by Grad-CAM at the 4×4 layer. */
export function createLayerExplanation(change: Partial<LayerExplanation> = {}): LayerExplanation {
  const { imageId, image, logits, probabilities, probabilitySource, top, placement, inputPicture, elapsedMs } =
    createExplanation();
  return {
    ...{ imageId, image, logits, probabilities, probabilitySource, top, placement, inputPicture, elapsedMs },
    method: 'gradcam',
    layer: 'early',
    channels: 3,
    height: 4,
    width: 4,
    unit: 'logit',
    note: 'Grad-CAM at "early" (4×4).',
    contrast: null,
    target: { kind: 'class', text: 'the logit of the class' },
    runs: 1,
    source: 'measured',
    receptiveField: null,
    maps: [{ classIndex: top[0], map: Float32Array.from({ length: 16 }, (_, cell) => cell - 4) }],
    ...change,
  };
}

const METHOD: MethodChoice = {
  id: 'gradcam',
  name: 'Grad-CAM',
  kind: 'layer',
  place: 'layer',
  unit: 'logit',
  meaning: 'Channels count by their derivative.',
  cost: 'One backward pass.',
  isClassSpecific: true,
  refusal: null,
};

/** Of an exact head: CAM at the 2×2 `feature`, other methods there and at the 4×4 `early`. */
export function createMapChoices(change: Partial<MapChoices> = {}): MapChoices {
  const feature = { tensor: 'feature', channels: 2, height: 2, width: 2 };
  const early = { tensor: 'early', channels: 3, height: 4, width: 4 };
  return {
    methods: [
      { ...METHOD, id: 'cam', name: 'CAM', kind: 'exact', meaning: 'Adds up.' },
      METHOD,
      { ...METHOD, id: 'eigencam', name: 'Eigen-CAM', unit: 'activation', isClassSpecific: false },
      { ...METHOD, id: 'scorecam', name: 'Score-CAM', refusal: 'Not on this model.' },
    ],
    method: 'cam',
    reason: 'CAM is used, because this head lets the map add up.',
    layerMethod: 'gradcam',
    layer: 'feature',
    stages: [feature, early],
    layers: [early, { ...early, tensor: 'between' }, feature],
    placeless: ['logits'],
    end: 'the logits "logits"',
    targets: { outputs: [{ name: 'logits', shape: [1, 3], grid: null }], embeddings: [], usual: null },
    ...change,
  };
}

export function createSettings(change: Partial<ModelSettings> = {}): ModelSettings {
  return {
    preprocessing: {
      height: 8,
      width: 8,
      fit: 'stretch',
      cropFraction: 1,
      padValue: 0,
      interpolation: 'pil-bilinear',
      layout: 'NCHW',
      channelOrder: 'RGB',
      scale: 1 / 255,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      applyOrientation: true,
    },
    preprocessingSource: 'default',
    preprocessingNote: '',
    labels: ['cat', 'dog', 'cup'],
    labelsSource: 'builtin',
    sidecar: '/w/model.headlight.json',
    sidecarExists: false,
    ...change,
  };
}

const HEAD: HeadReport = {
  kind: 'gap-linear',
  exact: true,
  reason: null,
  classes: 3,
  channels: 2,
  height: 2,
  width: 2,
  featureMap: 'feature',
  layout: 'NCHW',
  logits: 'logits',
  activation: null,
  parameters: 9,
  nodes: [],
  current: null,
  gap: null,
  fc: null,
  ratio: null,
};

export function createReport(head: Partial<HeadReport> = {}): ModelReport {
  return {
    schema: 1,
    file: { path: '/w/model.onnx', name: 'model.onnx', sizeBytes: 1 },
    format: 'onnx',
    irVersion: 8,
    producer: '',
    docString: '',
    opsets: { '': 17 },
    metadata: {},
    graph: { name: 'main', docString: '', metadata: {} },
    inputs: [],
    outputs: [],
    layers: [],
    initializers: [],
    functions: [],
    totals: {
      nodes: 0,
      parameters: 0,
      macs: 0,
      unknownMacs: 0,
      activationBytes: 0,
      weightBytes: 0,
    },
    heads: [{ ...HEAD, ...head }],
    warnings: [],
  };
}

/** A page with a model and the images named. */
export function createState(names: readonly string[], change: Partial<AppState> = {}): AppState {
  return {
    report: createReport(),
    details: null,
    failure: null,
    settings: createSettings(),
    display: null,
    trusted: true,
    images: names.map((name) => ({ id: name, name, path: `images/${name}` })),
    imageStates: new Map(),
    classifier: CLASSIFIER,
    mapChoices: createMapChoices(),
    targetChoices: new Map(),
    layerMaps: new Map(),
    galleries: NO_GALLERIES,
    measurement: null,
    tasks: new Map(),
    requestedItem: null,
    choices: {
      view: 'cam',
      selectedLayer: null,
      selectedImage: null,
      selectedClass: null,
      selectedChannel: null,
      colorMap: 'blue-orange',
      opacity: 0.5,
      sign: 'signed',
      placement: 'receptiveField',
    },
    ...change,
  };
}

interface Request {
  readonly name: string;
  readonly params: unknown;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface TestApp {
  readonly app: App;
  readonly requests: Request[];
  readonly events: WebviewToHost[];
  onChange: (state: AppState) => void;
  readonly find: (name: string) => Request[];
}

/** An App without a page: requests wait until the test answers them; `onChange` stands for the drawing. */
export function createTestApp(initial: AppState): TestApp {
  let state = initial;
  const requests: Request[] = [];
  const update = (change: Partial<AppState>): void => {
    state = { ...state, ...change };
    test.onChange(state);
  };
  const app: App = {
    channel: {
      send: (event) => void test.events.push(event),
      request: (name, params, signal) =>
        new Promise((resolve, reject) => {
          requests.push({ name, params, signal, resolve: resolve as (value: unknown) => void, reject });
        }),
    },
    get state() {
      return state;
    },
    update,
    choose: (change) => update({ choices: { ...state.choices, ...change } }),
  };
  const test: TestApp = {
    app,
    requests,
    events: [],
    onChange: () => undefined,
    find: (name) => requests.filter((request) => request.name === name),
  };
  return test;
}

/** Lets promises that are settled run their continuations. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
