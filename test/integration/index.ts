import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

/** VS Code calls this in its extension host. The counts go to a file: VS Code itself tells only success or failure. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 180_000 });
  for (const file of readdirSync(__dirname).filter((name) => name.endsWith('.test.js'))) {
    mocha.addFile(path.join(__dirname, file));
  }
  const { passes, failures } = await new Promise<Mocha.Stats & { failures: number }>((resolve) => {
    const runner = mocha.run((failures) => resolve({ ...(runner.stats as Mocha.Stats), failures }));
  });
  const countsFile = process.env.HEADLIGHT_TEST_COUNTS;
  if (countsFile) {
    writeFileSync(countsFile, JSON.stringify({ passed: passes, failed: failures }));
  }
  if (failures > 0) {
    throw new Error(`${failures} integration tests failed`);
  }
}
