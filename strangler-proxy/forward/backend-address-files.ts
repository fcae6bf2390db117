import { readPem } from '../front/tls-files.ts';
import type { Backend } from '../config/proxy-config.ts';

/** Where and how to connect to a backend, in the words of node's and undici's clients. What is undefined is their default. */
export interface BackendAddress {
  readonly origin: string;
  readonly socketPath: string | undefined;
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
  };
}

/** Reads the certificates that the backend needs. @throws PROXY_CERTIFICATE_INVALID */
export function readBackendAddress({ origin, socketPath, tls }: Backend): BackendAddress {
  const ca = readPem(tls?.caFile);
  const cert = readPem(tls?.certFile);
  const key = readPem(tls?.keyFile);
  return {
    origin,
    socketPath,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
    },
  };
}
