import type { Socket } from 'node:net';
import {
  isOvergrowError,
  systemClock,
  type AttemptRef,
  type ContextScope,
  type Logger,
  type OwnershipRecord,
} from '@overgrow/core';
import { compileProxyConfig } from '../config/compile-proxy-config.ts';
import { createProxy, type Proxy } from '../create-proxy.ts';
import type { ExplainRequest } from '../routing/explain.ts';
import { leaseTrustMs, type FromWorker, type PlainError, type ToWorker } from './worker-messages.ts';

/*
 * One worker of `overgrow proxy --workers N`: a proxy that is given its connections. It ends when it has drained, and when its
 * supervisor is gone.
 */

const tell = (message: FromWorker) => {
  if (process.connected) process.send?.(message);
};
const clock = systemClock;
const logger = remoteLogger({});
const calls = new Map<number, AbortController>();
let proxy: Proxy | undefined;
let leaseToldMs = Number.NEGATIVE_INFINITY;

process.on('message', (message: ToWorker, socket: Socket | undefined) => {
  switch (message.kind) {
    case 'start':
      proxy = createProxy({
        config: compileProxyConfig(message.manifest, message.baseFolder),
        leaseIsLive: () => clock.elapsedMs() - leaseToldMs < leaseTrustMs,
        onHoldExpired: (ref) => tell({ kind: 'hold-expired', ref }),
        clock,
        logger,
      });
      return tell({ kind: 'ready' });
    case 'lease':
      leaseToldMs = message.live ? clock.elapsedMs() : Number.NEGATIVE_INFINITY;
      return;
    case 'connection':
      // The handle crosses as a socket of node's defaults; the front door's are other ones.
      if (socket !== undefined) {
        socket.allowHalfOpen = true;
        proxy?.accept(socket);
      }
      return tell({ kind: 'accepted', id: message.id });
    case 'abort':
      calls.get(message.id)?.abort(new Error('the supervisor no longer waits'));
      return;
    case 'drain':
      void proxy?.stop().then(() => process.disconnect());
      return;
    case 'call': {
      const abort = new AbortController();
      calls.set(message.id, abort);
      void answer(message.name, message.argument, abort.signal)
        .then(
          (value) => tell({ kind: 'result', id: message.id, value }),
          (error: unknown) => tell({ kind: 'failed', id: message.id, error: plain(error) }),
        )
        .finally(() => calls.delete(message.id));
    }
  }
});
process.on('disconnect', () => process.exit());
// The supervisor decides when it ends: a terminal's Ctrl-C reaches the whole group.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

async function answer(
  name: Extract<ToWorker, { kind: 'call' }>['name'],
  argument: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  if (proxy === undefined) throw new Error('the worker has not been started');
  const { traffic } = proxy;
  switch (name) {
    case 'learn':
      return await traffic.learn(argument as readonly OwnershipRecord[]);
    case 'arm':
      return await traffic.arm(argument as AttemptRef);
    case 'fence':
      return await traffic.fence(argument as AttemptRef, signal);
    case 'withdraw':
      return await traffic.withdraw(argument as AttemptRef);
    case 'release': {
      const { ref, record } = argument as { ref: AttemptRef; record: OwnershipRecord };
      return await traffic.release(ref, record);
    }
    case 'setWeight': {
      const { scope, weight } = argument as { scope: ContextScope; weight: number };
      return await traffic.setWeight(scope, weight);
    }
    case 'explain':
      return proxy.explain(argument as ExplainRequest);
    case 'status':
      return proxy.status();
    case 'metrics':
      return await proxy.metrics.getMetricsAsJSON();
  }
}

function plain(error: unknown): PlainError {
  const known = isOvergrowError(error) ? error : undefined;
  return {
    code: known?.code,
    message: error instanceof Error ? error.message : String(error),
    hint: known?.hint,
    details: known?.details ?? {},
  };
}

function remoteLogger(own: Readonly<Record<string, unknown>>): Logger {
  const log =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
      tell({ kind: 'log', level, message, fields: { ...own, ...fields, worker: process.pid } });
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (fields) => remoteLogger({ ...own, ...fields }),
  };
}
