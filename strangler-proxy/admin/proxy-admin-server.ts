import express, { type Router } from 'express';
import type { TrafficPort } from '@overgrow/core';
import type { ExplainRequest, Explanation } from '../routing/explain.ts';
import type { ProxyStatus } from './proxy-status.ts';

/** A proxy of one process or of several. */
export interface AdministeredProxy {
  readonly traffic: Pick<TrafficPort, 'setWeight'>;
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
  status(): ProxyStatus | Promise<ProxyStatus>;
  explain(request: ExplainRequest): Explanation | Promise<Explanation>;
}

/**
 * The proxy's part of the admin API: `GET /status`, `GET /metrics` (Prometheus text), `GET /explain?method=GET&target=/products/1&header=name:value`,
 * `PUT /contexts/:context/weight` with `{ "weight": 0…10000 }`. The fence is no part of it: only the orchestrator drives that, through `proxy.traffic`.
 */
export function createProxyAdmin(proxy: AdministeredProxy): Router {
  const router = express.Router();
  router.get('/status', async (_request, response) => void response.json(await proxy.status()));
  router.get('/metrics', async (_request, response) => {
    response.setHeader('content-type', proxy.metrics.contentType);
    response.send(await proxy.metrics.metrics());
  });
  router.get('/explain', async (request, response) => {
    const { method = 'GET', target, header = [], body, address } = request.query;
    if (typeof method !== 'string' || typeof target !== 'string') {
      response.status(400).json({ title: 'explain needs method and target, such as ?method=GET&target=/products/1' });
      return;
    }
    const lines = (Array.isArray(header) ? header : [header]).filter((line) => typeof line === 'string');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
      }),
    );
    response.json(
      await proxy.explain({
        method: method.toUpperCase(),
        target,
        headers,
        ...(typeof body === 'string' ? { body } : {}),
        ...(typeof address === 'string' ? { address } : {}),
      }),
    );
  });
  router.put('/contexts/:context/weight', express.json({ limit: '1kb' }), async (request, response) => {
    const body: unknown = request.body;
    const weight = typeof body === 'object' && body !== null && 'weight' in body ? body.weight : undefined;
    const context = request.params.context;
    const { routes } = await proxy.status();
    if (!routes.some((route) => route.context === context)) {
      response.status(404).json({ title: `No route belongs to a context named ${context}.` });
      return;
    }
    if (typeof weight !== 'number' || !Number.isInteger(weight) || weight < 0 || weight > 10_000) {
      response.status(400).json({ title: 'weight is a whole number from 0 to 10000, in hundredths of a percent' });
      return;
    }
    await proxy.traffic.setWeight({ context, scope: '*' }, weight);
    response.json({ context, weight });
  });
  return router;
}
