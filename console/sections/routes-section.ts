import type { ContextStatus, RouteStatus } from '@overgrow/core';
import { formatCount, formatDuration, formatShare } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';

/** While the service owns a context, it answers everything: the weight counts only before that. */
function shareOf(route: RouteStatus, contexts: readonly ContextStatus[]): number {
  const owner = contexts.find(({ context }) => context === route.context)?.owner;
  return owner === 'service' ? 10_000 : route.weight;
}

function renderRoute(route: RouteStatus, contexts: readonly ContextStatus[]): Html {
  const share = shareOf(route, contexts);
  const times = [route.p50Ms, route.p99Ms].map((ms) => (ms === null ? '–' : formatDuration(ms)));
  return html`<tr>
    <th scope="row">${route.name}<small>${route.context}</small></th>
    <td class="number">
      ${formatShare(share)}<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="rest" width="100" height="4" />
        <rect class="share" width="${share / 100}" height="4" />
      </svg>
    </td>
    <td class="number">${formatCount(route.ratePerSecond)}/s</td>
    <td class="number median">${times[0] ?? '–'}</td>
    <td class="number">${times[1] ?? '–'}</td>
    <td class="number${route.errors > 0 ? ' raised' : ''}">${formatCount(route.errors)}</td>
    <td class="number${route.held > 0 ? ' raised' : ''}">${formatCount(route.held)}</td>
  </tr>`;
}

export function renderRoutes(routes: readonly RouteStatus[], contexts: readonly ContextStatus[]): Html {
  if (routes.length === 0) return html`<p class="empty">No routes are declared.</p>`;
  return html`<div class="card scroll" role="region" aria-labelledby="routes-title" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">Route</th>
          <th scope="col" class="number">to service</th>
          <th scope="col" class="number">rate</th>
          <th scope="col" class="number median">p50</th>
          <th scope="col" class="number">p99</th>
          <th scope="col" class="number">errors</th>
          <th scope="col" class="number">held</th>
        </tr>
      </thead>
      <tbody>
        ${routes.map((route) => renderRoute(route, contexts))}
      </tbody>
    </table>
  </div>`;
}
