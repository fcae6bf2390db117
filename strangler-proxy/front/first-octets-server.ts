import type { Clock } from '@overgrow/core';
import type { Socket } from 'node:net';

/** RFC 9113 §3.4. No method of HTTP/1.1 begins with its first three octets. */
const preface = 'PRI';

/**
 * Waits for the first octets of a connection without TLS and says which protocol they begin. They stay readable. A connection
 * that sends none in time is closed.
 */
export function readFirstOctets(
  socket: Socket,
  options: { readonly clock: Clock; readonly timeoutMs: number },
  then: (protocol: 'http1' | 'http2') => void,
): () => void {
  const deadline = new AbortController();
  const end = () => {
    deadline.abort();
    socket.off('readable', look);
    socket.off('end', drop);
    socket.off('error', drop);
    socket.off('close', end);
  };
  const drop = () => {
    end();
    socket.destroy();
  };
  const look = () => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    socket.unshift(chunk);
    const begin = chunk.toString('latin1', 0, preface.length);
    // `P` and `PR` may become either.
    if (begin.length < preface.length && preface.startsWith(begin)) return;
    end();
    then(begin === preface ? 'http2' : 'http1');
  };
  socket.on('readable', look);
  socket.on('end', drop);
  socket.on('error', drop);
  socket.on('close', end);
  options.clock.sleep(options.timeoutMs, deadline.signal).then(
    () => {
      if (!deadline.signal.aborted) drop();
    },
    () => {},
  );
  return drop;
}
