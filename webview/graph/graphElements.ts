/** The graph view's elements, from back to front. */
export interface GraphElements {
  readonly view: HTMLElement;
  /** Holds the picture and the focus of the keys. */
  readonly stage: HTMLElement;
  readonly toolbar: HTMLElement;
  /** What the colours mean. */
  readonly legend: HTMLElement;
  /** What a screen reader says about the selection. */
  readonly announcement: HTMLElement;
}

export function createGraphElements(): GraphElements {
  const view = document.createElement('section');
  view.className = 'graph-view';
  const stage = document.createElement('div');
  stage.className = 'graph-stage';
  stage.tabIndex = 0;
  stage.setAttribute('role', 'application');
  stage.setAttribute('aria-roledescription', 'layer graph');
  stage.setAttribute('aria-label', 'Layer graph. Arrow keys follow edges, Enter opens a block, Home fits.');
  const toolbar = document.createElement('div');
  toolbar.className = 'graph-toolbar';
  const legend = document.createElement('div');
  const announcement = document.createElement('div');
  announcement.className = 'visually-hidden';
  announcement.setAttribute('role', 'status');
  return { view, stage, toolbar, legend, announcement };
}
