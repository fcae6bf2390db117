import { expect, test } from 'vitest';
import { completeLock, platformOf } from './lock-completion.ts';

test('platformOf reads the platform out of a name', () => {
  expect(platformOf('@oxlint/binding-linux-arm64-musl')).toEqual({ os: ['linux'], cpu: ['arm64'], libc: ['musl'] });
  expect(platformOf('@oxlint/binding-win32-x64-msvc')).toEqual({ os: ['win32'], cpu: ['x64'] });
  expect(platformOf('@oxlint-tsgolint/darwin-arm64')).toEqual({ os: ['darwin'], cpu: ['arm64'] });
  expect(platformOf('@oxfmt/binding-linux-arm-musleabihf')).toEqual({ os: ['linux'], cpu: ['arm'], libc: ['musl'] });
  expect(platformOf('fsevents')).toBeUndefined();
});

test('completeLock adds what npm left out, and nothing else', () => {
  const lock = {
    lockfileVersion: 3,
    packages: {
      '': {},
      'node_modules/zeta': {
        version: '1.2.3',
        dev: true,
        optionalDependencies: { '@zeta/linux-x64': '1.2.3', '@zeta/darwin-arm64': '1.2.3', extra: '^1.0.0' },
      },
      'node_modules/@zeta/linux-x64': { version: '1.2.3', optional: true },
    },
  };
  const { lock: completed, added } = completeLock(lock);
  expect(added).toEqual(['node_modules/@zeta/darwin-arm64']);
  expect(completed.packages['node_modules/@zeta/darwin-arm64']).toEqual({
    version: '1.2.3',
    dev: true,
    optional: true,
    os: ['darwin'],
    cpu: ['arm64'],
  });
  expect(completeLock(completed).added).toEqual([]);
});
