import { renderShare } from '@overgrow/core';
import type { Explanation, LintReport, Simulation } from '@overgrow/strangler-proxy';
import { renderTable } from '../table.ts';

/** Each reason as a sentence: docs/explanation/data-path.md has the table. */
const reasons: Readonly<Record<Extract<Explanation, { kind: 'forwarded' }>['reason'], string>> = {
  'no-route-matches': 'no route takes it',
  'owners-not-known': 'the proxy does not know the owners yet',
  'no-service-declared': 'its context has no service',
  'service-owns': 'the service owns the context',
  'unsafe-goes-to-owner': 'it may write, and the monolith owns the context',
  'service-not-ready': "the service's data is not proven yet",
  'weight-is-zero': 'the weight is 0%',
  'bucket-below-weight': "the user's bucket is below the weight",
  'bucket-not-below-weight': "the user's bucket is not below the weight",
};

export function renderExplanation(explanation: Explanation): string {
  if (explanation.kind === 'refused') return `refused with 400: ${explanation.reason}`;
  const { backend, reason, route, match, context, operation, safe, weight, bucket, target } = explanation;
  const rows = [
    ['backend', backend],
    ['reason', reasons[reason]],
    ['route', route ?? '-'],
    ['match', match ?? '-'],
    ['context', context ?? '-'],
    ...(operation === null ? [] : [['operation', operation]]),
    ['kind', safe ? 'safe: a fence lets it pass' : 'unsafe: a fence holds it'],
    ['weight', weight === null ? '-' : renderShare(weight)],
    ['bucket', bucket === null ? '-' : String(bucket)],
    ['target', target],
  ];
  return rows.map(([name = '', value = '']) => `${name.padEnd(9)}  ${value}`).join('\n');
}

export function renderLint({ findings, endpoints }: LintReport): string {
  const lines = findings.map(({ level, kind, route, match, message }) =>
    [`${level}  ${kind}  ${route}${match === null ? '' : `: ${match}`}`, `  ${message}`].join('\n'),
  );
  const taken = endpoints.filter(({ route }) => route !== null).length;
  const summary =
    endpoints.length === 0 ? [] : [`${taken} of ${endpoints.length} endpoints of the monolith take a route.`];
  return [...(lines.length === 0 ? ['Every match can be reached, and none overlaps.'] : lines), ...summary].join('\n');
}

export function renderSimulation({ lines, unreadable, refused, moved, routes }: Simulation): string {
  const read = lines - unreadable;
  const share = (part: number, whole: number) => (whole === 0 ? '-' : `${((part / whole) * 100).toFixed(1)}%`);
  const sides = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([backend, count]) => `${backend} ${count}`)
      .join(', ');
  const table = renderTable(
    ['route', 'requests', 'moved', 'before', 'after', 'hot keys'],
    routes.map((route) => [
      route.route,
      String(route.requests),
      share(route.moved, route.requests),
      sides(route.before),
      sides(route.after),
      route.hotKeys
        .slice(0, 3)
        .map(({ key, count }) => `${key} ${share(count, route.requests)}`)
        .join(', '),
    ]),
  );
  const refusals = Object.entries(refused).map(([reason, count]) => `${count} would be refused: ${reason}`);
  return [
    `${read} requests, ${share(moved, read)} would move.`,
    ...(unreadable === 0 ? [] : [`${unreadable} lines are no request.`]),
    ...refusals,
    '',
    table,
  ].join('\n');
}
