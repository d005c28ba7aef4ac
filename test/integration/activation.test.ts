import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { findExtension, headlight } from './headlight';

describe('activation', () => {
  it('waits until a model is opened or a command is run', () => {
    assert.equal(findExtension().isActive, false);
  });

  it('registers every command that package.json contributes', async () => {
    await headlight();
    const manifest = findExtension().packageJSON as { contributes: { commands: { command: string }[] } };
    const registered = new Set(await vscode.commands.getCommands(true));
    const contributed = manifest.contributes.commands.map(({ command }) => command);
    assert.ok(contributed.length > 0);
    assert.deepEqual(
      contributed.filter((command) => !registered.has(command)),
      [],
    );
  });

  it('has a value for every setting', () => {
    const manifest = findExtension().packageJSON as {
      contributes: { configuration: { properties: Record<string, { default: unknown }> } };
    };
    const configuration = vscode.workspace.getConfiguration();
    for (const [name, { default: value }] of Object.entries(manifest.contributes.configuration.properties)) {
      assert.deepEqual(configuration.get(name), value, name);
    }
  });
});
