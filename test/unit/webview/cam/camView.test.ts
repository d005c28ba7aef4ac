// @vitest-environment jsdom
import { beforeAll, describe, expect, it } from 'vitest';
import { RequestFailure } from '../../../../src/protocol/channel';
import type { AppState } from '../../../../webview/app';
import { createCamView } from '../../../../webview/cam/camView';
import { createExplanation, createMapChoices, createReport, createState, createTestApp, settle } from './builders';
import { stubDrawing } from './stubDrawing';

beforeAll(stubDrawing);

function show(state: AppState): ReturnType<typeof createTestApp> & { page: HTMLElement } {
  const test = createTestApp(state);
  const view = createCamView(test.app);
  document.body.replaceChildren(view.element);
  test.onChange = (changed) => view.draw(changed);
  view.draw(test.app.state);
  return Object.assign(test, { page: view.element });
}

function createExplainedState(change: Partial<AppState> = {}): AppState {
  const imageStates = new Map([['a.png', { status: 'explained', explanation: createExplanation() } as const]]);
  return createState(['a.png'], { imageStates, ...change });
}

const read = (page: HTMLElement, selector: string): string =>
  page.querySelector(selector)?.textContent?.replace(/\s+/g, ' ').trim() ?? '';
const findButton = (page: HTMLElement, name: string): HTMLElement => {
  const button = [...page.querySelectorAll('button')].find(
    (element) => element.textContent?.trim() === name || element.getAttribute('aria-label') === name,
  );
  if (!button) {
    throw new Error(`no button ${name}`);
  }
  return button;
};
const press = (element: Element | null, key: string): void => {
  element?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
};

describe('CAM view', () => {
  it('begins with where images come from, and asks for them', () => {
    const { page, find } = show(createState([]));
    expect(page.textContent).toContain('holding Shift as you drop');
    findButton(page, 'Add Images…').click();
    expect(find('pickImages')).toHaveLength(1);
  });

  it('says why there is no map, in the words of the report', () => {
    const { page, app } = show(
      createState(['a.png'], {
        report: createReport({ exact: false, kind: 'none' }),
        mapChoices: createMapChoices({ method: null, layerMethod: null, reason: 'There are no class scores.' }),
      }),
    );
    expect(page.textContent).toContain('There are no class scores.');
    findButton(page, 'Show the Head').click();
    expect(app.state.choices.view).toBe('head');
  });

  it('speaks of an output, not of classes, where the model gives one number for an image', () => {
    const [one] = createExplanation().maps;
    const explanation = createExplanation({
      ...{ logits: Float32Array.of(5), probabilities: null, probabilitySource: null, top: [0] },
      maps: [{ ...one, classIndex: 0 }],
    });
    const output = { name: 'count', shape: [1, 1], grid: null };
    const targets = { outputs: [output], embeddings: [{ name: 'pooled', size: 4 }], usual: null };
    const { page } = show(
      createState(['a.png', 'b.png'], {
        imageStates: new Map([['a.png', { status: 'explained', explanation } as const]]),
        report: createReport({ classes: 1 }),
        settings: null,
        mapChoices: createMapChoices({ targets }),
      }),
    );
    expect(read(page, '.cam-heading h2')).toBe('Output');
    expect(read(page, '#cam-classes-title')).toBe('Output');
    expect(page.textContent).toContain('The number that the model gives for this image.');
    expect(page.textContent).not.toContain('Compared with');
    expect(page.textContent).not.toContain('Classes side by side');
    const kinds = [...page.querySelectorAll('#cam-method-title ~ label option')].map((each) =>
      each.textContent?.trim(),
    );
    expect(kinds).toEqual(['The number an output gives', 'Similarity to another image']);
  });

  it('says that all classes tie', () => {
    const explanation = createExplanation({ logits: Float32Array.of(2, 2, 2) });
    const imageStates = new Map([['a.png', { status: 'explained', explanation } as const]]);
    const { page } = show(createState(['a.png'], { imageStates }));
    expect(page.textContent).toContain('All 3 classes have the same logit');
    expect(show(createExplainedState()).page.textContent).not.toContain('have the same logit');
  });

  it('explains that running needs a trusted workspace', () => {
    const { page, requests } = show(createState(['a.png'], { trusted: false }));
    expect(page.textContent).toContain('Running models needs a trusted workspace');
    expect(requests).toEqual([]);
  });

  it('shows progress that can be cancelled, then the classes, the ledger and the certificate', async () => {
    const { page, find } = show(createState(['a.png']));
    expect(read(page, '.cam-cover')).toContain('Running the model on a.png');
    findButton(page, 'Cancel').click();
    expect(find('explain')[0].signal?.aborted).toBe(true);
    find('explain')[0].resolve(createExplanation());
    await settle();
    expect([...page.querySelectorAll('.cam-class .cam-class-label')].map((label) => label.textContent)).toEqual([
      'cup',
      'cat',
      'dog',
    ]);
    expect(read(page, '.cam-certificate')).toContain('Adds up: residual 0');
    expect(read(page, '.cam-ledger-logit')).toBe('Logit +5.000');
  });

  it('shows a failure in words with Retry, which runs the image again', async () => {
    const { page, find } = show(createState(['a.png']));
    const failure = { code: 'inferenceStopped', message: 'The process ended (SIGKILL).', retry: true };
    find('explain')[0].reject(new RequestFailure(failure));
    await settle();
    expect(read(page, '[role=alert]')).toContain('The process ended (SIGKILL).');
    findButton(page, 'Try Again').click();
    expect(find('explain')).toHaveLength(2);
  });

  it('switches class and channel without asking the host', () => {
    const { page, requests } = show(createExplainedState());
    page.querySelectorAll<HTMLElement>('.cam-class')[1].click();
    expect(read(page, '.cam-heading h2')).toBe('cat');
    expect(read(page, '.cam-ledger-logit')).toBe('Logit +2.000');
    findButton(page, 'Channel 0').click();
    expect(read(page, '.cam-chip')).toContain('channel 0');
    expect(page.querySelector('.cam-card[aria-selected=true]')?.textContent).toContain('+2.500');
    expect(requests).toEqual([]);
  });

  it('keeps a class for all images, or gives each image its own most likely one', () => {
    const { page, app } = show(createExplainedState());
    const box = page.querySelector<HTMLInputElement>('.cam-check input');
    expect(box?.checked).toBe(false);
    page.querySelectorAll<HTMLElement>('.cam-class')[1].click();
    expect([app.state.choices.selectedClass, box?.checked]).toEqual([0, true]);
    box?.click();
    expect([app.state.choices.selectedClass, read(page, '.cam-heading h2')]).toEqual([null, 'cup']);
  });

  it('asks the model for a class whose weights are not in the page', () => {
    const { page, find } = show(createExplainedState({ classifier: 'unavailable' }));
    page.querySelectorAll<HTMLElement>('.cam-class')[1].click();
    expect(find('explain')[0].params).toEqual({ imageId: 'a.png', classes: [0] });
    expect(read(page, '.cam-cover')).toContain('Computing the map of cat');
  });

  it('finds a class by label with the keyboard', () => {
    const { page, app } = show(createExplainedState());
    const field = page.querySelector<HTMLInputElement>('[role=combobox]');
    if (!field) {
      throw new Error('no class picker');
    }
    field.value = 'd';
    field.dispatchEvent(new Event('input'));
    expect(
      [...page.querySelectorAll('#cam-class-list [role=option]')].map((option) => option.textContent?.trim()),
    ).toHaveLength(1);
    expect(field.getAttribute('aria-activedescendant')).toBe('cam-class-0');
    press(field, 'Enter');
    expect(app.state.choices.selectedClass).toBe(1);
    expect(field.getAttribute('aria-expanded')).toBe('false');
    expect(field.value).toBe('dog');
  });

  it('reads cells with the arrow keys: value, place, part of the logit', () => {
    const { page } = show(createExplainedState());
    const frame = page.querySelector('.cam-frame');
    press(frame, 'ArrowDown');
    expect(read(page, '.cam-readout')).toContain('+8.000 logit row 1, column 1 adds +2.000 to the logit Sees 7 × 7 px');
    press(frame, 'ArrowLeft');
    expect(read(page, '.cam-readout')).toContain('+6.000 logit row 1, column 0');
  });

  it('explains a blank map and offers the setting that shows something', () => {
    const state = createExplainedState();
    const { page, app } = show({ ...state, choices: { ...state.choices, sign: 'negative' } });
    expect(read(page, '.cam-notice')).toContain('no cell counts against this class');
    findButton(page, 'Show signed values').click();
    expect(app.state.choices.sign).toBe('signed');
  });

  it('says what a map that does not add up may come from, with fewer bits also the end of their range', () => {
    const [exact] = createExplanation().maps;
    const certificate = { ...exact.certificate, logit: 4, residual: 1, holds: false };
    const showIt = (change: Partial<typeof certificate>) => {
      const explanation = createExplanation({ maps: [{ ...exact, certificate: { ...certificate, ...change } }] });
      const imageStates = new Map([['a.png', { status: 'explained', explanation } as const]]);
      return read(show(createState(['a.png'], { imageStates })).page, '.cam-certificate');
    };
    expect(showIt({})).toMatch(/^✗ Does not add up: residual 1\.000 .* is not linear, or a number is not finite\.$/);
    expect(showIt({ tolerance: 0.1 })).toContain('residual 1.000, allowed 0.100');
    expect(showIt({ tolerance: 0.1 })).toContain('beyond the range of its type and was cut off there.');
  });

  it('saves the numbers under a name that says what they are, and says where', async () => {
    const { page, find } = show(createExplainedState());
    findButton(page, 'Save CSV').click();
    const { name, bytes } = find('saveFile')[0].params as { name: string; bytes: Uint8Array };
    expect([name, new TextDecoder().decode(bytes)]).toEqual(['a-2-cam.csv', '2,4\n6,8\n']);
    find('saveFile')[0].resolve({ path: '/w/a-2-cam.csv' });
    await settle();
    expect(read(page, '.cam-report')).toBe('Saved /w/a-2-cam.csv');
  });

  it('tells what the network was fed and opens the settings', () => {
    const { page, find } = show(createExplainedState());
    expect(page.textContent).toContain('8 × 8\u00a0px, RGB, NCHW');
    expect(page.textContent).toContain('pixel / 255');
    findButton(page, 'Edit…').click();
    expect(find('editSettings')).toHaveLength(1);
  });

  it('takes images dropped from the Explorer', () => {
    const { page, find } = show(createState([]));
    const drop = Object.assign(new Event('drop', { bubbles: true, cancelable: true }), {
      dataTransfer: {
        getData: (type: string) =>
          type === 'text/uri-list' ? '# comment\r\nfile:///w/a.png\r\nfile:///w/b.png\r\n' : '',
      },
    });
    page.dispatchEvent(drop);
    expect(find('addImages')[0].params).toEqual({ uris: ['file:///w/a.png', 'file:///w/b.png'] });
  });

  it('names what was dropped and is no image, until something is dropped that is', async () => {
    const { page, find } = show(createState([]));
    const dropFiles = async (refused: readonly string[]): Promise<void> => {
      const drop = new Event('drop', { bubbles: true });
      Object.defineProperty(drop, 'dataTransfer', { value: { types: [], getData: () => 'file:///w/a' } });
      page.dispatchEvent(drop);
      find('addImages').at(-1)?.resolve({ added: 0, refused });
      await settle();
    };
    await dropFiles(['a.txt']);
    expect(read(page, '.cam-report')).toMatch(/^a\.txt is not an image: drop PNG/);
    await dropFiles(['a.txt', 'b.onnx']);
    expect(read(page, '.cam-report')).toMatch(/^a\.txt, b\.onnx are not images/);
    await dropFiles([]);
    expect(read(page, '.cam-report')).toBe('');
  });

  it('takes an image off the list and selects its neighbour', () => {
    const state = createExplainedState({ images: createState(['a.png', 'b.png']).images });
    const { page, app, events } = show({ ...state, choices: { ...state.choices, selectedImage: 'a.png' } });
    press(page.querySelector('[role=option]'), 'Delete');
    expect(app.state.images.map(({ id }) => id)).toEqual(['b.png']);
    expect(app.state.choices.selectedImage).toBe('b.png');
    expect(events).toContainEqual({ type: 'imageRemoved', imageId: 'a.png' });
  });

  it('takes away the image that has the focus, also before it is drawn as selected', () => {
    const state = createExplainedState({ images: createState(['a.png', 'b.png']).images });
    const test = show({ ...state, choices: { ...state.choices, selectedImage: 'a.png' } });
    const [, second] = test.page.querySelectorAll('[role=option]');
    test.onChange = () => undefined; // the frame of the click has not come
    test.app.choose({ selectedImage: 'b.png' });
    press(second, 'Delete');
    expect(test.app.state.images.map(({ id }) => id)).toEqual(['a.png']);
  });
});
