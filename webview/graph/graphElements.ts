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

/** Which item the keys act on, for screen readers; one that is out of view is not in the page. */
export function setActive(stage: HTMLElement, elementId: string | null): void {
  if (elementId !== null && document.getElementById(elementId) !== null) {
    stage.setAttribute('aria-activedescendant', elementId);
  } else {
    stage.removeAttribute('aria-activedescendant');
  }
}

export function createGraphElements(): GraphElements {
  const view = document.createElement('section');
  view.className = 'graph-view';
  const stage = document.createElement('div');
  stage.className = 'graph-stage';
  stage.tabIndex = 0;
  stage.setAttribute('role', 'application');
  stage.setAttribute('aria-roledescription', 'layer graph');
  stage.setAttribute(
    'aria-label',
    'Layer graph. Arrow keys follow edges, Enter opens a block or what a layer runs inside, Home fits.',
  );
  const toolbar = document.createElement('div');
  toolbar.className = 'graph-toolbar';
  const legend = document.createElement('div');
  const announcement = document.createElement('div');
  announcement.className = 'visually-hidden';
  announcement.setAttribute('role', 'status');
  return { view, stage, toolbar, legend, announcement };
}
