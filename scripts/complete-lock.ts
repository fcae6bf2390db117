import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { completeLock, type Lock } from './packages/lock-completion.ts';
import { root } from './run-tool-process.ts';

/* Adds the packages of other platforms to package-lock.json that npm left out. Run it after `npm install <package>`. */

const file = path.join(root, 'package-lock.json');
const { lock, added } = completeLock(JSON.parse(readFileSync(file, 'utf8')) as Lock);
if (added.length > 0) writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
console.log(added.length > 0 ? `added ${added.length} packages of other platforms` : 'the lock file is complete');
