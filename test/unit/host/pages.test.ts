import { describe, expect, it } from 'vitest';
import { Pages } from '../../../src/host/pages';
import type { HostToWebview } from '../../../src/protocol/messages';

describe('what is asked of the pages of a model', () => {
  const event: HostToWebview = { type: 'viewRequested', view: 'cam' };

  it('waits for a page that has its model, also when the one that was there is hidden', () => {
    const [pages, seen]: [Pages, HostToWebview[]] = [new Pages(), []];
    const send = (sent: HostToWebview): void => void seen.push(sent);
    pages.attach(send);
    pages.markReady(send);
    pages.request(event);
    expect([seen, pages.takeRequest(), pages.takeRequest()]).toEqual([[], event, null]);
    pages.markLoaded(send);
    pages.request(event);
    expect([seen, pages.takeRequest()]).toEqual([[event], null]);
    pages.markHidden(send);
    pages.request(event);
    expect([seen.length, pages.ready, pages.takeRequest()]).toEqual([1, [], event]);
  });
});
