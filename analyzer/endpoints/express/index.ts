import type { Adapter } from '../../adapters/adapter.ts';
import { collectExpress } from './collect-express.ts';
import type { ExpressSummary } from './express-summary.ts';
import { linkExpress } from './link-express.ts';

/** Express: routers, mounts, `route()`, guards. */
export const express: Adapter<ExpressSummary> = { name: 'express', collect: collectExpress, link: linkExpress };
