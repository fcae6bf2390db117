import { createServer } from 'node:net';
import type { Finding } from './check.ts';

/** Whether an address of the manifest can be listened on. */
export async function checkAddress(what: string, listen: string): Promise<Finding> {
  const at = listen.lastIndexOf(':');
  const [host, port] = [listen.slice(0, at).replace(/^\[|\]$/g, ''), Number(listen.slice(at + 1))];
  const code = await new Promise<string | undefined>((resolve) => {
    const probe = createServer().once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    probe.listen(port, host, () => probe.close(() => resolve(undefined)));
  });
  if (code === undefined) return { kind: 'fine', what, detail: `${listen} is free` };
  const detail =
    code === 'EADDRINUSE' ? `${listen} is taken by another program` : `${listen} cannot be listened on (${code})`;
  return {
    kind: 'fault',
    what,
    code: 'CLI_PORT_TAKEN',
    detail,
    remedy: 'End that program (perhaps a running `overgrow up`), or name another address.',
  };
}
