import type { Adapter } from '../../adapters/adapter.ts';
import { collectObjection } from './collect-objection.ts';
import { linkObjection } from './link-objection.ts';
import type { ObjectionFound } from './objection-summary.ts';

/** Objection: models with their relations, queries that start from one, related queries and graphs. */
export const objection: Adapter<ObjectionFound> = { name: 'objection', collect: collectObjection, link: linkObjection };
