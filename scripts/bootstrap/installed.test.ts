import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

interface Lock {
  readonly packages: Readonly<Record<string, object>>;
}

type FindDifference = (lock: Lock, record: Lock, manifests: Readonly<Record<string, object>>) => string | undefined;

const { findDifference } = createRequire(import.meta.url)('./installed.cjs') as { findDifference: FindDifference };

const manifests = { 'package.json': { devDependencies: { vitest: '5.0.0' } }, 'core/package.json': {} };
const lock: Lock = {
  packages: {
    '': { devDependencies: { vitest: '5.0.0' } },
    core: { version: '0.1.0' },
    'node_modules/vitest': { version: '5.0.0', dev: true },
    'node_modules/here': { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch] },
    'node_modules/elsewhere': { version: '1.0.0', optional: true, os: ['amiga'], cpu: [process.arch] },
  },
};
const record: Lock = {
  packages: {
    core: { version: '0.1.0' },
    'node_modules/vitest': { version: '5.0.0', dev: true },
    'node_modules/here': { version: '1.0.0' },
  },
};

const without = (from: Lock, place: string): Lock => ({
  packages: Object.fromEntries(Object.entries(from.packages).filter(([other]) => other !== place)),
});

test('what is installed is what the lock file says, but for packages of other platforms', () => {
  expect(findDifference(lock, record, manifests)).toBeUndefined();
});

test('a missing package is named', () => {
  expect(findDifference(lock, without(record, 'node_modules/vitest'), manifests)).toBe(
    'node_modules/vitest is missing',
  );
});

test('an optional package of this very platform has to be there', () => {
  expect(findDifference(lock, without(record, 'node_modules/here'), manifests)).toBe('node_modules/here is missing');
});

test('another version is named with both', () => {
  const newer = { packages: { ...lock.packages, 'node_modules/vitest': { version: '5.1.0' } } };
  expect(findDifference(newer, record, manifests)).toBe('node_modules/vitest is 5.0.0, not 5.1.0');
});

test('a package.json that asks for more than the lock file has', () => {
  const more = { ...manifests, 'core/package.json': { dependencies: { zod: '4.0.0' } } };
  expect(findDifference(lock, record, more)).toBe('zod in core/package.json is not what the lock file has');
});

test('a workspace that asks for another workspace needs no install: it is a link', () => {
  const linked = { packages: { ...lock.packages, 'node_modules/@overgrow/core': { resolved: 'core', link: true } } };
  const there = { packages: { ...record.packages, 'node_modules/@overgrow/core': { resolved: 'core', link: true } } };
  const more = { ...manifests, 'core/package.json': { dependencies: { '@overgrow/core': '0.1.0' } } };
  expect(findDifference(linked, there, more)).toBeUndefined();
});
