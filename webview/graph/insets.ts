import type { GraphElements } from './graphElements';

/** Space that the toolbar above and the properties, at the right or below, cover. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const TOOLBAR_HEIGHT = 44;

/** What lies over the canvas now. In a narrow editor the properties are as wide as the stage: then they are below it. */
export function measureInsets({ toolbar, stage }: GraphElements, properties: HTMLElement): Insets {
  const { offsetWidth, offsetHeight } = properties; // nothing while it is hidden
  const isBelow = offsetWidth >= stage.clientWidth;
  return {
    top: Math.max(TOOLBAR_HEIGHT, toolbar.offsetHeight + 16),
    right: isBelow ? 0 : offsetWidth,
    bottom: isBelow ? offsetHeight : 0,
  };
}
