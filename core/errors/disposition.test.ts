import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { disposition } from './disposition.ts';
import { errorCodes, type ErrorCode } from './error-codes.ts';
import { OvergrowError } from './overgrow-error.ts';

const coded = (code: string, cause?: unknown) => Object.assign(new Error('failed', { cause }), { code });

describe('the disposition', () => {
  test.each(Object.entries(errorCodes))('of %s is what the registry says', (code, entry) => {
    expect(disposition(new OvergrowError(code as ErrorCode, 'x', { cause: coded('23505') }))).toBe(entry.disposition);
  });

  test.each(['08000', '08006', '57P01', '57P02', '57P03', '57P05', '40001', '40P01', '53100', '53300'])(
    'of SQLSTATE %s is retry',
    (code) => {
      expect(disposition(coded(code))).toBe('retry');
    },
  );

  test.each(['23505', '42501', '42P01', '57014', '57P04', '40002', '55006', 'XX000'])(
    'of SQLSTATE %s is halt',
    (code) => {
      expect(disposition(coded(code))).toBe('halt');
      expect(disposition(coded(code, coded('ECONNRESET')))).toBe('halt');
    },
  );

  test.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'EAI_AGAIN'])(
    'of %s is retry, also as a cause',
    (code) => {
      expect(disposition(coded(code))).toBe('retry');
      expect(disposition(new Error('could not connect', { cause: coded(code) }))).toBe('retry');
      expect(disposition(new AggregateError([coded(code), coded(code)]))).toBe('retry');
    },
  );

  test('of a connection that a real kernel refused is retry', async () => {
    const socket = connect({ port: 1, host: '127.0.0.1' });
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [unknown];
    expect(disposition(error)).toBe('retry');
  });

  test('of what nobody knows is halt', () => {
    const circular = new Error('circular');
    circular.cause = circular;
    const mixed = new AggregateError([coded('ECONNREFUSED'), coded('EACCES')]);
    for (const error of [new Error('x'), coded('ENOENT'), circular, mixed, 'text', null, undefined, 7, {}]) {
      expect(disposition(error)).toBe('halt');
    }
  });
});
