import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import { OvergrowError } from '@overgrow/core';
import type { FrontTls } from '../config/proxy-config.ts';

/** The certificates of the front door, as the files say. */
export interface Certificates {
  /** The one whose hosts name it, exactly or by `*.`; else the first. */
  contextFor(serverName: string): SecureContext;
  /** For clients that name no server. */
  readonly defaultPem: { readonly cert: string; readonly key: string; readonly ca?: string };
  /** What the files held: another text means that they have changed. */
  readonly fingerprint: string;
}

/** @throws PROXY_CERTIFICATE_INVALID with the file and the cause */
export function readCertificates(tls: FrontTls): Certificates {
  const byHost = new Map<string, SecureContext>();
  let fallback: { context: SecureContext; cert: string; key: string } | undefined;
  const texts: string[] = [];
  const clientCa = tls.clientCa === undefined ? undefined : readText(tls.clientCa);
  texts.push(clientCa ?? '');
  for (const { hosts, certFile, keyFile } of tls.certificates) {
    const [cert, key] = [readText(certFile), readText(keyFile)];
    texts.push(cert, key);
    const context = contextOf(certFile, cert, key, clientCa, tls.minVersion);
    fallback ??= { context, cert, key };
    for (const host of hosts) byHost.set(host.toLowerCase(), context);
  }
  const first = fallback;
  if (first === undefined) throw invalid('proxy.tls', new Error('there is no certificate'));
  return {
    contextFor: (serverName) => {
      const name = serverName.toLowerCase();
      return byHost.get(name) ?? byHost.get(`*.${name.slice(name.indexOf('.') + 1)}`) ?? first.context;
    },
    defaultPem: { cert: first.cert, key: first.key, ...(clientCa === undefined ? {} : { ca: clientCa }) },
    fingerprint: texts.join('\n'),
  };
}

/** What a connection to a backend needs. Read once. @throws PROXY_CERTIFICATE_INVALID */
export function readPem(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readText(file);
}

function contextOf(
  file: string,
  cert: string,
  key: string,
  ca: string | undefined,
  minVersion: FrontTls['minVersion'],
): SecureContext {
  try {
    return createSecureContext({ cert, key, minVersion, ...(ca === undefined ? {} : { ca }) });
  } catch (error) {
    throw invalid(file, error);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(file, error);
  }
}

function invalid(file: string, cause: unknown): OvergrowError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OvergrowError(
    'PROXY_CERTIFICATE_INVALID',
    `The certificate or key in ${file} cannot be used: ${reason}.`,
    {
      hint: 'Name PEM files in proxy.tls, each certificate with its own key, readable by this user.',
      cause,
    },
  );
}
