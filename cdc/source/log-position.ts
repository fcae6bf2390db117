import { OvergrowError, type LogPosition } from '@overgrow/core';

/** A place in PostgreSQL's log as a number; compares with `<`. Text (`16/B374D848`) only at the edges. */
export type Lsn = bigint;

/** `16/B374D848` → number. @throws CDC_DECODE_FAILED on other text. */
export function parseLsn(text: LogPosition): Lsn {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text);
  if (match === null) {
    throw new OvergrowError('CDC_DECODE_FAILED', `"${text.slice(0, 40)}" is not a log position such as 16/B374D848.`);
  }
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

export function renderLsn(lsn: Lsn): LogPosition {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`;
}
