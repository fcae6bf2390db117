/**
 * Node.js 22 and 24 call their SQLite experimental on stderr at each start. That tells a user of overgrow nothing, so this
 * one warning is not shown; all others are, in one line each.
 */
export function silenceSqliteWarning(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === 'ExperimentalWarning' && warning.message.startsWith('SQLite')) return;
    process.stderr.write(`${warning.name}: ${warning.message}\n`);
  });
}
