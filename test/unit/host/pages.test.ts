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

  it('knows which page was sent its model before it said ready, unless that is outdated', () => {
    const [pages, sent, outdated]: [Pages, HostToWebview[], HostToWebview[]] = [new Pages(), [], []];
    const [sendAhead, sendOutdated] = [sent, outdated].map(
      (seen) =>
        (one: HostToWebview): void =>
          void seen.push(one),
    );
    pages.attach(sendOutdated);
    pages.markSentAhead(sendOutdated);
    pages.forgetSentAhead();
    pages.attach(sendAhead);
    expect(pages.isWaiting(sendAhead)).toBe(true);
    pages.markSentAhead(sendAhead);
    pages.send(event);
    expect([pages.isWaiting(sendAhead), sent, pages.ready]).toEqual([false, [], []]);
    expect([pages.markReady(sendOutdated), pages.markReady(sendAhead), pages.markReady(sendAhead)]).toEqual([
      false,
      true,
      false,
    ]);
    pages.send(event);
    expect([sent, outdated]).toEqual([[event], [event]]);
  });
});
