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

/**
 * Repeats what can be lost while the workbench still starts or moves its focus: menus appear before extensions have
 * contributed to them, keys typed while the focus leaves a webview go nowhere.
 * @template T @param {() => Promise<T>} attempt @param {() => Promise<void>} undo @returns {Promise<T>}
 */
async function repeat(attempt, undo) {
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
    const menuItem = this.page.getByRole('menuitem', { name: item });
    await repeat(
      async () => {
        await entry.click({ button: 'right' });
        // A menu takes no click in its first 100 ms, so that the one which opens it chooses nothing.
        await menuItem.click({ delay: 150, timeout: 2000 });
        await menuItem.waitFor({ state: 'hidden', timeout: 2000 });
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
    const row = page.locator('.quick-input-list .monaco-list-row.focused', { hasText: title });
    await repeat(
      async () => {
        await page.keyboard.press('F1');
        await page.locator('.quick-input-widget input:focus').waitFor({ timeout: 3000 });
        await page.keyboard.type(title);
        await row.waitFor({ timeout: 3000 });
      },
      () => page.keyboard.press('Escape'),
    );
    await page.keyboard.press('Enter');
    await row.waitFor({ state: 'hidden' });
  }

  /** Chooses one row of an open quick pick. @param {string} name */
  async pick(name) {
    await this.#quickInput.locator('input[type="text"]').fill(name);
    await this.#quickInput.locator('.monaco-list-row.focused', { hasText: name }).waitFor();
    await this.page.keyboard.press('Enter');
    await this.#quickInput.waitFor({ state: 'hidden' });
  }

  /** Ticks rows of an open quick pick that takes several, and confirms. @param {string[]} names */
  async tick(...names) {
    for (const name of names) {
      await this.#quickInput.locator('input[type="text"]').fill(name);
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
    const box = this.#quickInput.locator('input:focus');
    while (!(await box.inputValue()).startsWith('/')) {
      await this.page.waitForTimeout(50);
    }
    const progress = this.#quickInput.locator('.quick-input-progress.active');
    await repeat(
      async () => {
        await progress.waitFor({ state: 'detached', timeout: 3000 });
        await this.#quickInput.locator('.monaco-list-row').first().waitFor({ timeout: 3000 });
        await box.fill(file);
        await this.page.waitForTimeout(100);
        if ((await box.inputValue()) !== file) {
          throw new Error(`The file dialog does not keep ${file}`);
        }
      },
      async () => undefined,
    );
  }

  get #quickInput() {
    return this.page.locator('.quick-input-widget');
  }

  /** Drags a file of the Explorer with the mouse. @param {string} file @param {Locator} target @param {string} key Held as it is dropped. */
  async drag(file, target, key) {
    const { mouse, keyboard } = this.page;
    await (await this.file(file)).hover();
    const box = await target.boundingBox();
    if (!box) {
      throw new Error('There is nothing to drop on');
    }
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await mouse.down();
    await mouse.move(x - 20, y - 20, { steps: 5 });
    await keyboard.down(key);
    await mouse.move(x, y, { steps: 5 });
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
