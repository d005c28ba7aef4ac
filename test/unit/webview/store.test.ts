import { describe, expect, it } from 'vitest';
import { createInitialState, readSavedChoices } from '../../../webview/savedState';
import { createStore } from '../../../webview/store';

/** A store whose frames come when the test says so, and what was drawn in them. */
function createRecorded() {
  const frames: (() => void)[] = [];
  const drawn: boolean[] = [];
  const store = createStore(
    createInitialState(null),
    (state) => drawn.push(state.trusted),
    (frame) => frames.push(frame),
  );
  return { store, frames, drawn };
}

describe('the store', () => {
  it('draws once per frame, with the state after the last change', () => {
    const { store, frames, drawn } = createRecorded();
    store.update({ trusted: true });
    store.update({ trusted: false });
    store.update({ trusted: true });
    expect(drawn).toEqual([]);
    expect(frames).toHaveLength(1);
    frames.shift()!();
    expect(drawn).toEqual([true]);
    store.update({ trusted: false });
    frames.shift()!();
    expect(drawn).toEqual([true, false]);
  });

  it('draws at once when asked to, and then nothing twice', () => {
    const { store, frames, drawn } = createRecorded();
    store.flush();
    expect(drawn).toEqual([]);
    store.update({ trusted: true });
    store.flush();
    expect(drawn).toEqual([true]);
    frames.shift()!();
    expect(drawn).toEqual([true]);
    store.update({ trusted: false });
    frames.shift()!();
    expect(drawn).toEqual([true, false]);
  });

  it('shows a change at once to whoever reads the state', () => {
    const store = createStore(
      createInitialState(null),
      () => undefined,
      () => undefined,
    );
    store.update({ trusted: true });
    expect(store.state.trusted).toBe(true);
  });
});

describe('saved choices', () => {
  it('come back as they were left', () => {
    const graph = { expanded: ['root', 'scope:blocks'], viewport: { k: 0.5, x: 10, y: -20 }, width: 900 };
    const { choices } = createInitialState({ choices: { view: 'summary', selectedLayer: 7, opacity: 0.25, graph } });
    expect(choices).toMatchObject({ view: 'summary', selectedLayer: 7, opacity: 0.25, graph });
  });

  it('are left out one by one where they are not understood', () => {
    const saved = {
      choices: { view: 'audit', opacity: 7, sign: 'positive', selectedLayer: 'conv1', graph: { expanded: 3 } },
    };
    expect(readSavedChoices(saved)).toEqual({ sign: 'positive' });
  });

  it('have a graph as wide as a number says, or none', () => {
    const graph = { expanded: [], viewport: null, width: 'wide' };
    expect(readSavedChoices({ choices: { graph } })).toEqual({});
  });

  it.each([[null], [undefined], ['text'], [{ choices: 4 }], [{}]])('start afresh from %j', (saved) => {
    expect(createInitialState(saved).choices.view).toBe('graph');
  });
});
