import { OvergrowError } from '@overgrow/core';
import { describe, expect, it } from 'vitest';
import { checkNode, exitCodeOf, faultOf, renderFindings } from './check.ts';

describe('the version of Node', () => {
  it.each(['v22.19.0', 'v22.20.1', 'v24.0.0'])('%s can run overgrow', (version) => {
    expect(checkNode(version).kind).toBe('fine');
  });
  it.each(['v22.18.9', 'v20.19.0', 'v18.0.0'])('%s is too old', (version) => {
    expect(checkNode(version)).toMatchObject({ kind: 'fault', code: 'CLI_NODE_TOO_OLD' });
  });
});

describe('a finding from an error', () => {
  it('has the hint of the error, else the remedy of its code', () => {
    const told = faultOf('x', new OvergrowError('CONFIG_NOT_FOUND', 'No manifest.', { hint: 'Write one.' }));
    expect(told).toMatchObject({ code: 'CONFIG_NOT_FOUND', remedy: 'Write one.' });
    expect(faultOf('x', new OvergrowError('CONFIG_NOT_FOUND', 'No manifest.'))).toMatchObject({
      remedy: expect.stringContaining('overgrow init') as string,
    });
  });
  it('hides the password of a URL', () => {
    const finding = faultOf('x', new Error('cannot reach postgres://me:hunter2@db/shop'));
    expect(finding).toMatchObject({ code: 'CLI_UNEXPECTED' });
    expect(JSON.stringify(finding)).not.toContain('hunter2');
  });
});

it('ends with 0, 2 for the manifest, 3 for the environment', () => {
  const fine = checkNode('v24.0.0');
  const manifest = faultOf('manifest', new OvergrowError('CONFIG_INVALID', 'faults'));
  const port = faultOf('port', new OvergrowError('CLI_PORT_TAKEN', 'taken'));
  expect(exitCodeOf([fine])).toBe(0);
  expect(exitCodeOf([fine, manifest])).toBe(2);
  expect(exitCodeOf([manifest, port])).toBe(3);
});

it('shows what is fine in a line and a fault with its code and remedy, and counts them', () => {
  const fault = faultOf('port', new OvergrowError('CLI_PORT_TAKEN', 'taken', { hint: 'End it.\nOr move.' }));
  expect(renderFindings([checkNode('v24.0.0'), fault])).toBe(
    [
      '✓ Node.js: v24.0.0',
      '✗ port (CLI_PORT_TAKEN): taken',
      '    End it.',
      '    Or move.',
      '',
      'One thing is missing.',
    ].join('\n'),
  );
  expect(renderFindings([checkNode('v24.0.0')])).toContain('All is well.');
});
