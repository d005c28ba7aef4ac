// The VS Code workbench in a page, driven as a person would: Explorer, menus, palette, quick picks, model editors.
import path from 'node:path';
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';

/** @typedef {import('playwright-core').Page} Page @typedef {import('playwright-core').Locator} Locator */

/** Theme names of VS Code by the kind that a webview's body carries as its class. */
export const themes = {
  'vscode-light': 'Default Light Modern',
  'vscode-dark': 'Default Dark Modern',
  'vscode-high-contrast': 'Default High Contrast',
  'vscode-high-contrast-light': 'Default High Contrast Light',
};

/** User settings of tests that drive VS Code. */
export const patientSettings = {
  // A page takes the focus late that VS Code gives it, which would close the palette between two keys.
  'workbench.quickOpen.closeOnFocusLost': false,
  // No hover: one over the page takes its clicks while the pointer rests where a click has left it, on a file or a tab.
  'workbench.hover.delay': 3_600_000,
  'workbench.hover.reducedDelay': 3_600_000,
};

/** Of one attempt at something that is repeated, in milliseconds: on a busy machine VS Code takes seconds for a frame. */
const attemptMs = 8000;

/**
 * Repeats what can be lost while the workbench still starts or moves its focus: menus appear before extensions have
 * contributed to them, keys typed while the focus goes to or leaves a webview go nowhere.
 * @template T @param {() => Promise<T>} attempt @param {() => Promise<void>} [undo] @returns {Promise<T>}
 */
async function repeat(attempt, undo = async () => undefined) {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (count === 8) {
        throw error;
      }
      await undo();
    }
  }
}

export class Workbench {
  /** @param {Page} page @param {string} workspace The folder that is open. */
  constructor(page, workspace) {
    this.page = page;
    this.workspace = workspace;
    /** The page of the visible model. */
    this.model = page.frameLocator('iframe.webview.ready:visible').frameLocator('iframe#active-frame');
    this.notification = page.locator('.notification-toast');
  }

  /** @param {string} address */
  async load(address) {
    await this.page.goto(address);
    await this.page.getByRole('treeitem').first().waitFor();
  }

  /** The entry of a file in the Explorer, its folders opened. @param {string} file Path in the workspace. */
  async file(file) {
    const names = file.split('/');
    const folders = names.slice(0, -1);
    for (const [level, name] of folders.entries()) {
      const folder = this.#entry(name, level + 1);
      await folder.waitFor();
      if ((await folder.getAttribute('aria-expanded')) === 'false') {
        await folder.click();
        await this.#entry(name, level + 1, 'true').waitFor();
      }
    }
    return this.#entry(names.at(-1) ?? '', names.length);
  }

  /** @param {string} name @param {number} level @param {string} [expanded] @returns {Locator} */
  #entry(name, level, expanded) {
    const state = expanded ? `[aria-expanded="${expanded}"]` : '';
    return this.page
      .locator(`.explorer-folders-view [role="treeitem"][aria-level="${level}"]${state}`)
      .filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Chooses an entry of a file's context menu. @param {string} file @param {string} item */
  async chooseFromMenu(file, item) {
    const entry = await this.file(file);
    const menu = this.page.locator('.context-view .monaco-menu');
    const menuItem = menu.getByRole('menuitem', { name: item });
    await repeat(
      async () => {
        await entry.click({ button: 'right' });
        await menu.waitFor({ timeout: attemptMs });
        await menuItem.waitFor({ timeout: attemptMs / 4 });
        // A menu takes no click in its first 100 ms, so that the one which opens it chooses nothing: by the page's clock.
        await menuItem.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
        await menuItem.click({ timeout: attemptMs });
        await menu.waitFor({ state: 'hidden', timeout: attemptMs });
      },
      () => this.page.keyboard.press('Escape'),
    );
  }

  /** Opens a model; its page may take the place of another one's, so it is there only once it names the file. @param {string} file */
  async inspect(file) {
    await this.chooseFromMenu(file, 'Inspect Model');
    await this.model.locator('.shell-file').getByText(path.basename(file), { exact: true }).waitFor();
  }

  /** Runs a command from the palette, by keyboard. @param {string} title */
  async runCommand(title) {
    const { page } = this;
    const row = this.#quickInput.locator('.monaco-list-row.focused', { hasText: title });
    await repeat(
      async () => {
        await page.keyboard.press('F1');
        await this.#box.fill(`>${title}`, { timeout: attemptMs });
        await row.waitFor({ timeout: attemptMs });
        await this.#box.press('Enter', { timeout: attemptMs });
        await row.waitFor({ state: 'hidden', timeout: attemptMs });
      },
      () => page.keyboard.press('Escape'),
    );
  }

  /** Chooses one row of an open quick pick, after which another may follow. @param {string} name */
  async pick(name) {
    await this.#box.fill(name);
    await this.#quickInput.locator('.monaco-list-row.focused', { hasText: name }).waitFor();
    await this.confirm();
  }

  /** Takes what the open quick pick or file dialog would take; once more where a page has taken the focus in between. */
  async confirm() {
    const title = this.#quickInput.locator('.quick-input-title');
    const asked = title.filter({ hasText: (await title.textContent()) ?? '' });
    await asked.waitFor();
    await repeat(async () => {
      await this.#box.press('Enter', { timeout: attemptMs });
      await asked.waitFor({ state: 'hidden', timeout: attemptMs });
    });
  }

  /** Dismisses the open quick pick. */
  async dismiss() {
    await repeat(async () => {
      await this.#box.press('Escape', { timeout: attemptMs });
      await this.#quickInput.waitFor({ state: 'hidden', timeout: attemptMs });
    });
  }

  /** Ticks rows of an open quick pick that takes several, and confirms. @param {string[]} names */
  async tick(...names) {
    for (const name of names) {
      await this.#box.fill(name);
      await this.#quickInput.locator('.monaco-list-row', { hasText: name }).click();
    }
    await this.#quickInput.getByRole('button', { name: 'OK' }).click();
    await this.#quickInput.waitFor({ state: 'hidden' });
  }

  /**
   * Types a path into VS Code's own file dialog. It may take the place of another list, and writes where it is into its
   * box once it has listed that folder, also over what was typed before: so both are waited for, and the path is typed
   * again where that came later still.
   * @param {string} file
   */
  async enterPath(file) {
    await this.#untilListed();
    await repeat(async () => {
      await this.#box.fill(file);
      await this.page.waitForTimeout(100);
      await this.#untilListed();
      if ((await this.#box.inputValue()) !== file) {
        throw new Error(`The file dialog does not keep ${file}`);
      }
    });
  }

  /** Takes the path that VS Code's own file dialog suggests. */
  async acceptPath() {
    await this.#untilListed();
    await this.confirm();
  }

  /** Of a file dialog: until it shows a path and the files there. */
  async #untilListed() {
    while (!(await this.#box.inputValue()).startsWith('/')) {
      await this.page.waitForTimeout(50);
    }
    const { page } = this;
    await this.#quickInput
      .filter({ has: page.locator('.monaco-list-row'), hasNot: page.locator('.quick-input-progress.active') })
      .waitFor();
  }

  get #quickInput() {
    return this.page.locator('.quick-input-widget');
  }

  get #box() {
    return this.page.locator('.quick-input-widget:visible input[type="text"]');
  }

  /**
   * Drags a file of the Explorer with the mouse; drops it once the target shows that it takes it.
   * @param {string} file @param {Locator} target @param {{ key: string, mark: Locator }} how Key held as it is dropped.
   */
  async drag(file, target, { key, mark }) {
    const { mouse, keyboard } = this.page;
    await target.hover({ trial: true }); // where it stays
    const box = await target.boundingBox();
    if (!box) {
      throw new Error('There is nothing to drop on');
    }
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await (await this.file(file)).hover();
    await mouse.down();
    await mouse.move(x - 20, y - 20, { steps: 5 });
    await keyboard.down(key);
    await repeat(
      async () => {
        await mouse.move(x, y, { steps: 5 });
        await mark.waitFor({ timeout: attemptMs / 4 });
      },
      () => mouse.move(x - 20, y - 20),
    );
    await mouse.up();
    await keyboard.up(key);
  }

  async closeEditors() {
    await this.runCommand('View: Close All Editors');
    await this.page.locator('iframe.webview').waitFor({ state: 'detached' });
  }

  /**
   * Through the workspace's settings, which VS Code watches (a change of the user's from outside goes unnoticed).
   * @param {keyof typeof themes} kind
   */
  async setTheme(kind) {
    this.changeSettings({ 'workbench.colorTheme': themes[kind] });
    await this.page.locator(`.monaco-workbench.${toWorkbenchClass(kind)}`).waitFor();
  }

  /** @param {Record<string, unknown>} change */
  changeSettings(change) {
    const file = path.join(this.workspace, '.vscode/settings.json');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ ...readJson(file), ...change }, null, 1));
  }
}

/** @param {string} file @returns {Record<string, unknown>} */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {}; // not there yet
  }
}

/** The workbench's own class for a kind of theme. @param {string} kind */
function toWorkbenchClass(kind) {
  const classes = { 'vscode-light': 'vs', 'vscode-dark': 'vs-dark', 'vscode-high-contrast': 'hc-black' };
  return classes[/** @type {keyof typeof classes} */ (kind)] ?? 'hc-light';
}
