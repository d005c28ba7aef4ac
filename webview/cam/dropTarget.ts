/** What VS Code's Explorer, then other programs, put into a drag. */
const URI_LISTS = ['application/vnd.code.uri-list', 'text/uri-list'] as const;

/** Takes images dropped on the element. VS Code hands a drop to the page only while Shift is held. */
export function acceptDrops(element: HTMLElement, add: (uris: readonly string[]) => void): void {
  const mark = (isOver: boolean): boolean => element.classList.toggle('cam-dropping', isOver);
  element.addEventListener('dragover', (event) => {
    const { dataTransfer } = event;
    if (dataTransfer && URI_LISTS.some((type) => dataTransfer.types.includes(type))) {
      event.preventDefault();
      dataTransfer.dropEffect = 'copy';
      mark(true);
    }
  });
  element.addEventListener('dragleave', (event) => {
    if (!(event.relatedTarget instanceof Node) || !element.contains(event.relatedTarget)) {
      mark(false);
    }
  });
  element.addEventListener('drop', (event) => {
    mark(false);
    const { dataTransfer } = event;
    const list = URI_LISTS.map((type) => dataTransfer?.getData(type) ?? '').find((text) => text !== '');
    const uris = parseUriList(list ?? '');
    if (uris.length > 0) {
      event.preventDefault();
      add(uris);
    }
  });
}

/** RFC 2483, section 5: one URI a line, lines that start with # are comments. */
function parseUriList(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
