import type { Adapter } from '../../adapters/adapter.ts';
import { collectNest } from './collect-nest.ts';
import { linkNest } from './link-nest.ts';
import type { NestSummary } from './nest-summary.ts';

/** NestJS: controllers, resolvers, message and event patterns, gateways, schedules, with their guards. */
export const nest: Adapter<NestSummary> = { name: 'nest', collect: collectNest, link: linkNest };
