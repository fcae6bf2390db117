import type { Server } from 'node:http';
import type { Clock } from '@overgrow/core';

/** No new connections; idle ones closed; those under way finish or are cut after `drainMs`. */
export async function stopFront(
  server: Server,
  options: { readonly drainMs: number; readonly clock: Clock; readonly cutUpgraded: () => void },
): Promise<void> {
  options.cutUpgraded();
  if (!server.listening) return;
  const drained = new AbortController();
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      drained.abort();
      resolve();
    });
  });
  server.closeIdleConnections();
  options.clock.sleep(options.drainMs, drained.signal).then(
    () => server.closeAllConnections(),
    () => {},
  );
  await closed;
}
