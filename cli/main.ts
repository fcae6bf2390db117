#!/usr/bin/env node
import { silenceSqliteWarning } from './warnings-process.ts';

// Before anything else is loaded: Node.js 22 warns as soon as it loads its SQLite.
silenceSqliteWarning();
const { runCommandLine } = await import('./command-line.ts');
await runCommandLine();
