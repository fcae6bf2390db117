import type { Adapter } from '../../adapters/adapter.ts';
import { collectGraphql } from './collect-graphql.ts';
import type { GraphqlSummary } from './graphql-summary.ts';
import { linkGraphql } from './link-graphql.ts';

/** GraphQL: resolver maps (Apollo, Yoga, Mercurius), type-graphql classes, Pothos, Nexus and graphql-js fields. */
export const graphql: Adapter<GraphqlSummary> = { name: 'graphql', collect: collectGraphql, link: linkGraphql };
