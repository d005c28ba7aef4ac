// Starts VS Code on a copy of the fixtures with the extension under development and the tests of dist-test/.
// VSCODE_TEST=download uses the desktop build that @vscode/test-electron downloads, VSCODE_TEST=<path> that executable.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { hasBrowserHost, root } from '../../scripts/setup.mjs';

/** @returns {{ vscodeExecutablePath?: string }} */
function chooseCode() {
  const wanted = process.env.VSCODE_TEST ?? (hasBrowserHost ? 'browser' : 'download');
  if (wanted === 'download') {
    return {};
  }
  return { vscodeExecutablePath: wanted === 'browser' ? path.join(root, 'test/host/code.mjs') : wanted };
}

const temporary = mkdtempSync(path.join(tmpdir(), 'headlight-integration-'));
const workspace = path.join(temporary, 'workspace');
mkdirSync(workspace);
cpSync(path.join(root, 'media/demo'), workspace, { recursive: true });
cpSync(path.join(root, 'test/fixtures/malformed'), path.join(workspace, 'malformed'), { recursive: true });
// A file that appears while a test runs is read again, which ends the process that runs it.
cpSync(
  path.join(root, 'test/fixtures/heads/segmentation_nohead/model.onnx'),
  path.join(workspace, 'dense/segmentation.onnx'),
);
try {
  await runTests({
    ...chooseCode(),
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(root, 'dist-test/index.js'),
    launchArgs: [workspace, '--disable-extensions', `--user-data-dir=${path.join(temporary, 'user')}`],
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
}
