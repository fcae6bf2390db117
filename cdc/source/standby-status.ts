import type { Lsn } from './log-position.ts';

const postgresEpochMs = 946_684_800_000;

/**
 * "Standby status update" of the streaming replication protocol: everything before `lsn` is written, flushed and applied.
 * Zero promises nothing.
 */
export function encodeStandbyStatus(lsn: Lsn, nowMs: number): Buffer {
  const message = Buffer.alloc(34);
  message.write('r', 0, 'latin1');
  message.writeBigUInt64BE(lsn, 1);
  message.writeBigUInt64BE(lsn, 9);
  message.writeBigUInt64BE(lsn, 17);
  message.writeBigInt64BE(BigInt(Math.round((nowMs - postgresEpochMs) * 1000)), 25);
  return message;
}
