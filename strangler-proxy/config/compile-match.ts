import { compileLinearRegex, OvergrowError, type LinearRegex, type RouteSpec } from '@overgrow/core';
import type { RouteCondition, RouteMatch } from './proxy-config.ts';

type MatchSpec = RouteSpec['matches'][number];
type ConditionSpec = NonNullable<MatchSpec['headers']>[string];

const everyPath = { kind: 'prefix', value: '/' } as const;

/** A match of the manifest in its fast form. @throws PROXY_CONFIG_INVALID for an expression that the manifest let pass. */
export function compileMatch(match: MatchSpec): RouteMatch {
  return {
    path: compilePath(match.path),
    methods: match.methods,
    conditions: [
      ...conditionsOf('header', match.headers),
      ...conditionsOf('query', match.query),
      ...conditionsOf('cookie', match.cookies),
      ...conditionsOf('operation', operationValues(match)),
    ],
    ...operationOf(match),
    ...(match.grpc === undefined ? {} : { grpc: { service: match.grpc.service, method: match.grpc.method } }),
  };
}

/** The protocol is a value as any other: on one path, GraphQL and an action may carry the same name. */
function operationValues({ graphql, rpc }: MatchSpec): Record<string, ConditionSpec> {
  const values: Record<string, ConditionSpec> = {};
  if (graphql !== undefined) {
    values['protocol'] = 'graphql';
    for (const [key, value] of Object.entries(graphql)) if (value !== undefined) values[`graphql.${key}`] = value;
  }
  if (rpc !== undefined) {
    values['protocol'] = rpc.protocol;
    if (rpc.method !== undefined) values['rpc.method'] = rpc.method;
  }
  return values;
}

function operationOf({ graphql, rpc }: MatchSpec): Pick<RouteMatch, 'operation'> {
  if (graphql !== undefined) return { operation: { protocol: 'graphql', parameter: '' } };
  return rpc === undefined ? {} : { operation: { protocol: rpc.protocol, parameter: rpc.parameter } };
}

function compilePath(path: MatchSpec['path']): RouteMatch['path'] {
  if (path === undefined) return everyPath;
  if ('exact' in path) return { kind: 'exact', value: path.exact };
  if ('prefix' in path) return { kind: 'prefix', value: path.prefix };
  return { kind: 'regex', regex: regexOf(path.regex) };
}

/** Of names that differ in case only, the first counts (Gateway API, HTTPHeaderMatch). */
function conditionsOf(
  kind: RouteCondition['kind'],
  specs: Readonly<Record<string, ConditionSpec>> | undefined,
): RouteCondition[] {
  const found = new Map<string, RouteCondition>();
  for (const [written, spec] of Object.entries(specs ?? {})) {
    const name = kind === 'header' ? written.toLowerCase() : written;
    if (!found.has(name)) found.set(name, { kind, name, value: valueOf(spec) });
  }
  return [...found.values()];
}

function valueOf(spec: ConditionSpec): RouteCondition['value'] {
  if (typeof spec === 'string') return { kind: 'exact', value: spec };
  return 'regex' in spec ? { kind: 'regex', regex: regexOf(spec.regex) } : { kind: 'present' };
}

function regexOf(pattern: string): LinearRegex {
  const outcome = compileLinearRegex(pattern);
  if (outcome.kind === 'regex') return outcome.regex;
  throw new OvergrowError('PROXY_CONFIG_INVALID', `The expression ${pattern} of a route is ${outcome.message}.`, {
    hint: 'Write it in RE2 syntax.',
  });
}
