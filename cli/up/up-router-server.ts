import {
  isOvergrowError,
  parseShare,
  renderError,
  type AttemptKind,
  type BridgePort,
  type StateStore,
  type SystemStatus,
  type TrafficPort,
} from '@overgrow/core';
import type { Orchestrator } from '@overgrow/orchestrator';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { setWeight } from './weights.ts';

export interface UpRouterOptions {
  readonly orchestrator: Orchestrator;
  readonly bridges: ReadonlyMap<string, BridgePort>;
  readonly store: StateStore;
  readonly traffic: TrafficPort;
  readonly status: () => Promise<SystemStatus>;
}

/**
 * The admin interface of `overgrow up` beside the proxy's: status, journal, and what moves a context. The commands
 * `status`, `cutover` and `rollback` ask here. Who may ask is decided by the server that mounts it.
 */
export function createUpRouter({ orchestrator, bridges, store, traffic, status }: UpRouterOptions): Router {
  const router = express.Router();
  router.use(express.json({ limit: '16kb' }));

  router.get('/status', async (_request, response) => {
    response.json(await status());
  });

  router.get('/journal', async (request, response) => {
    const after = Number(request.query['after'] ?? 0);
    response.json(await store.journal({ afterSequence: Number.isSafeInteger(after) ? after : 0, limit: 1000 }));
  });

  router.get('/contexts/:context/plan', async (request, response) => {
    const { kind } = request.query;
    const asked: AttemptKind | undefined = kind === 'cutover' || kind === 'rollback' ? kind : undefined;
    response.json(await orchestrator.plan(request.params.context, asked));
  });

  router.post('/contexts/:context/cutover', async (request, response) => {
    response.json(await orchestrator.cutover(request.params.context, { by: byOf(request) }));
  });

  router.post('/contexts/:context/rollback', async (request, response) => {
    response.json(await orchestrator.rollback(request.params.context, { by: byOf(request) }));
  });

  router.put('/contexts/:context/weight', async (request, response) => {
    const { context } = request.params;
    const given = (request.body as { weight?: unknown } | undefined)?.weight;
    const weight = typeof given === 'string' ? parseShare(given) : undefined;
    if (weight === undefined) {
      response.status(400).json({ title: 'weight is a share with its sign, such as "25%"' });
      return;
    }
    if (!(await status()).contexts.some((one) => one.context === context)) {
      response.status(404).json({ title: `There is no context ${context}.` });
      return;
    }
    await setWeight(store, traffic, context, weight);
    await store.append(context, 'weight-set', { weight: given as string, by: byOf(request) });
    response.json({ context, weight: given });
  });

  router.post('/contexts/:context/verify', async (request, response) => {
    const bridge = bridges.get(request.params.context);
    const context = (await orchestrator.status()).contexts.find((one) => one.context === request.params.context);
    if (bridge === undefined || context === undefined) {
      response.status(404).json({ title: `There is no replicated context ${request.params.context}.` });
      return;
    }
    response.json(await bridge.verify(context.owner === 'monolith' ? 'forward' : 'reverse'));
  });

  router.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    const code = isOvergrowError(error) ? error.code : 'INTERNAL';
    response.status(isOvergrowError(error) ? 409 : 500).json({ code, title: renderError(error) });
  });
  return router;
}

/** Who asks, for the journal. */
function byOf(request: Request): string {
  const by = (request.body as { by?: unknown } | undefined)?.by;
  return typeof by === 'string' ? by.slice(0, 200) : '';
}
