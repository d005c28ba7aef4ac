// Preloaded into the VS Code server: ends it and its process group when whoever started it goes away, even by SIGKILL.
// The server's children inherit execArgv and so load this too; the variable tells them apart.
if (process.env.VSCODE_HOST_PARENT === String(process.ppid)) {
  delete process.env.VSCODE_HOST_PARENT;
  process.on('disconnect', () => {
    try {
      process.kill(-process.pid, 'SIGKILL');
    } catch {
      process.exit(1);
    }
  });
  process.channel?.unref();
}
