/** What keys do in the graph. */
export interface GraphCommands {
  find(): void;
  leave(): void;
  fit(): void;
  zoom(factor: number): void;
  showHead(): void;
  activate(): void;
  /** The selected block becomes the whole picture. */
  enter(): void;
  /** Maps at the selected layer. */
  explain(): void;
  /** The selected item starts a path; the next one selected ends it. */
  path(): void;
  /** The block around what is shown becomes the whole picture. */
  leaveBlock(): void;
  /** An arrow key. */
  step(key: string): void;
}

const ZOOM_STEP = 1.4;

/**
 * Keys of the graph work while its stage has the focus, or nothing has; Escape and Ctrl+F anywhere in the view.
 * Listens as long as the page lives, and acts only while the view is attached.
 */
export function listenToKeys(view: HTMLElement, stage: HTMLElement, commands: GraphCommands): void {
  window.addEventListener('keydown', (event) => {
    const { target } = event;
    const isNowhere = target === document.body;
    if (!view.isConnected || !(isNowhere || (target instanceof Node && view.contains(target)))) {
      return;
    }
    const command = toCommand(event, isNowhere || target === stage, commands);
    if (command !== null) {
      event.preventDefault();
      command();
    }
  });
}

/** What a key does; null: nothing here. */
export function toCommand(
  { key, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  isOnStage: boolean,
  commands: GraphCommands,
): (() => void) | null {
  if (ctrlKey || metaKey || altKey) {
    return (ctrlKey || metaKey) && key.toLowerCase() === 'f' ? () => commands.find() : null;
  }
  if (key === 'Escape') {
    return () => commands.leave();
  }
  if (!isOnStage) {
    return null;
  }
  if (key.startsWith('Arrow')) {
    return () => commands.step(key);
  }
  const table: Partial<Record<string, () => void>> = {
    Home: () => commands.fit(),
    '+': () => commands.zoom(ZOOM_STEP),
    '=': () => commands.zoom(ZOOM_STEP),
    '-': () => commands.zoom(1 / ZOOM_STEP),
    h: () => commands.showHead(),
    o: () => commands.enter(),
    p: () => commands.path(),
    e: () => commands.explain(),
    Backspace: () => commands.leaveBlock(),
    Enter: () => commands.activate(),
  };
  return table[key] ?? null;
}
