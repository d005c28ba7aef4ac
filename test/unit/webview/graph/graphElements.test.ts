// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { setActive } from '../../../../webview/graph/graphElements';

describe('what screen readers are told the keys act on', () => {
  it('is the item, while it is in the page', () => {
    const stage = document.createElement('div');
    const box = stage.appendChild(document.createElement('div'));
    box.id = 'item-layer_3a1';
    document.body.replaceChildren(stage);
    setActive(stage, box.id);
    expect(stage.getAttribute('aria-activedescendant')).toBe(box.id);
    box.remove();
    setActive(stage, box.id);
    expect(stage.hasAttribute('aria-activedescendant')).toBe(false);
    stage.append(box);
    setActive(stage, box.id);
    setActive(stage, null);
    expect(stage.hasAttribute('aria-activedescendant')).toBe(false);
  });
});
