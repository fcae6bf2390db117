import type { Adapter } from '../../adapters/adapter.ts';
import { collectTrpc } from './collect-trpc.ts';
import { linkTrpc } from './link-trpc.ts';
import type { TrpcSummary } from './trpc-summary.ts';

/** tRPC, versions 9 to 11: routers, nested and merged, and their procedures. */
export const trpc: Adapter<TrpcSummary> = { name: 'trpc', collect: collectTrpc, link: linkTrpc };
