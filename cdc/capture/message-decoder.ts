import { decodePgoutput } from '../source/decode-pgoutput.ts';
import type { Lsn } from '../source/log-position.ts';
import type { PgoutputMessage } from '../source/pgoutput-message.ts';
import type { StreamDecoder } from '../source/replication-source.ts';

/** A message of the stream with its place in the log, as it comes: nothing waits for the end of its transaction. */
export type CapturedItem =
  | { readonly kind: 'message'; readonly message: PgoutputMessage; readonly lsn: Lsn }
  | { readonly kind: 'idle'; readonly endLsn: Lsn };

export function createMessageDecoder(): StreamDecoder<CapturedItem> {
  let inTransaction = false;
  return {
    get inTransaction() {
      return inTransaction;
    },
    accept: (payload, lsn) => {
      const message = decodePgoutput(payload);
      if (message.kind === 'begin') inTransaction = true;
      else if (message.kind === 'commit') inTransaction = false;
      return { kind: 'message', message, lsn };
    },
    idle: (endLsn) => ({ kind: 'idle', endLsn }),
  };
}
