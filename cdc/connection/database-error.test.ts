import { OvergrowError } from '@overgrow/core';
import { expect, test } from 'vitest';
import { databaseError, disposition } from './database-error.ts';
import { leaseOfSession, linkSessionName, publicationName, slotName } from './names.ts';

const fault = (code: string | undefined, message: string, fields = {}) =>
  Object.assign(new Error(message), code === undefined ? {} : { code }, fields);

test.each([
  [fault('57P01', 'terminating connection due to administrator command'), 'CDC_CONNECTION_LOST', 'retry'],
  [fault('40P01', 'deadlock detected'), 'CDC_CONNECTION_LOST', 'retry'],
  [fault('ECONNREFUSED', 'connect ECONNREFUSED'), 'CDC_CONNECTION_LOST', 'retry'],
  [fault(undefined, 'Connection terminated unexpectedly'), 'CDC_CONNECTION_LOST', 'retry'],
  [fault('55006', 'replication slot "x" is active for PID 7'), 'CDC_SLOT_BUSY', 'retry'],
  [fault('42704', 'replication slot "x" does not exist'), 'CDC_SLOT_LOST', 'resnapshot'],
  [fault('55000', 'can no longer get changes from replication slot "x"'), 'CDC_SLOT_LOST', 'resnapshot'],
  [fault('28P01', 'password authentication failed'), 'CDC_NOT_ALLOWED', 'halt'],
  [fault('57014', 'canceling statement due to user request'), 'CDC_CONNECTION_LOST', 'retry'],
  [fault('57P04', 'database was dropped'), 'CDC_FAILED', 'halt'],
  [fault('EACCES', 'connect EACCES'), 'CDC_FAILED', 'halt'],
  [fault('23503', 'violates foreign key constraint'), 'CDC_PARENT_MISSING', 'retry'],
  [fault('23505', 'duplicate key'), 'CDC_APPLY_REFUSED', 'halt'],
  [fault(undefined, 'anything'), 'CDC_FAILED', 'halt'],
] as const)('%s is %s', (error, code, expected) => {
  expect(databaseError(error).code).toBe(code);
  expect(disposition(error)).toBe(expected);
});

test('a refused row is named by its place, never by its values', () => {
  const error = databaseError(
    fault('23505', 'duplicate key value violates unique constraint "u"', {
      schema: 'public',
      table: 'users',
      constraint: 'u',
      detail: 'Key (email)=(secret@example.com) already exists.',
    }),
  );
  expect(error.message).toContain('public.users.u');
  expect(`${error.message} ${JSON.stringify(error.details)}`).not.toContain('secret');
});

test('an error of overgrow passes as it is', () => {
  const error = new OvergrowError('CDC_ROW_INCOMPLETE', 'x');
  expect(databaseError(error)).toBe(error);
});

test('names fit the server, and stay apart when they are cut', () => {
  const long = 'a'.repeat(70);
  expect(slotName('order-history', 'forward', '5')).toBe('overgrow_order_history_forward_5');
  expect(publicationName(`${long}b`, 'forward')).toHaveLength(63);
  expect(publicationName(`${long}b`, 'forward')).not.toBe(publicationName(`${long}c`, 'forward'));
  expect(linkSessionName(long, 'reverse', 12)).toHaveLength(63);
  expect(leaseOfSession(linkSessionName(long, 'reverse', 12))).toBe(12);
  expect(leaseOfSession('psql')).toBeUndefined();
});
