import type { Locator } from 'playwright-core';

/** What `read` gives once it stands still for 500 ms by the clock of the page that `inPage` is in. */
export async function standing<Value>(inPage: Locator, read: () => Promise<Value>): Promise<Value> {
  const value = await read();
  await inPage.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  return (await read()) === value ? value : standing(inPage, read);
}
