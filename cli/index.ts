export { createProgram, describeCommands } from './program.ts';
export { renderCliPage } from './render-cli-page.ts';
export { createTerminal, Interrupted, type Terminal } from './terminal.ts';
export { version } from './version-files.ts';
