/** What copying needs of a page's channel; every page has this request. */
export interface Copying {
  readonly channel: { request(name: 'copyText', params: { readonly text: string }): Promise<unknown> };
}

const FEEDBACK_MS = 1500;

/** Puts text on the clipboard and says so beside the element: seen, and read by screen readers. */
export async function copyWithFeedback(app: Copying, element: Element, text: string): Promise<void> {
  let message = 'Copied';
  try {
    await app.channel.request('copyText', { text });
  } catch {
    // The host has logged why; the user needs to know that the clipboard is as it was.
    message = 'Not copied';
  }
  const bounds = element.getBoundingClientRect();
  const bubble = document.createElement('div');
  bubble.className = 'copy-feedback';
  bubble.setAttribute('role', 'status');
  bubble.textContent = message;
  bubble.style.left = `${bounds.left + bounds.width / 2}px`;
  bubble.style.top = `${bounds.top < 40 ? bounds.bottom + 28 : bounds.top}px`;
  document.body.append(bubble);
  setTimeout(() => bubble.remove(), FEEDBACK_MS);
}
