import { createHash } from 'node:crypto';
import type { SystemStatus } from '@overgrow/core';
import { formatTime } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import { renderContext } from '../sections/context-section.ts';
import { renderJournal } from '../sections/journal-section.ts';
import { renderRoutes } from '../sections/routes-section.ts';
import { liveScript } from './live-script.ts';
import { styles } from './styles.ts';

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The Content-Security-Policy to send with the page: its own style sheet and script by hash, requests to where it came from. */
export const statePagePolicy = [
  "default-src 'none'",
  `style-src ${hashOf(styles)}`,
  `script-src ${hashOf(liveScript)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const leaseTexts = {
  waiting: 'waits for the lease of another process',
  lost: 'lost the lease, and waits for it',
  stopped: 'stopped',
} as const;

function describeLease({ lease, holder }: SystemStatus): string {
  return lease.kind === 'held' ? `${holder} leads, lease epoch ${lease.epoch}` : `${holder} ${leaseTexts[lease.kind]}`;
}

/** Ours, and to the byte: the policy names it by its hash. */
const verbatim = (markup: string): Html => ({ markup });

/** The whole state page as one HTML document. Pure: everything that it shows is in the status, everything is escaped. */
export function renderStatePage(status: SystemStatus): string {
  const contexts =
    status.contexts.length === 0
      ? html`<p class="empty">No contexts are declared. \`overgrow init\` drafts a manifest.</p>`
      : status.contexts.map((context) => renderContext(context, status.atMs));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <noscript><meta http-equiv="refresh" content="5" /></noscript>
        <link rel="icon" href="data:," />
        <title>overgrow: state</title>
        ${verbatim(`<style>${styles}</style>`)}
      </head>
      <body>
        <header>
          <h1>overgrow</h1>
          <p>${describeLease(status)}</p>
          <p id="freshness">as of ${formatTime(status.atMs)} UTC</p>
        </header>
        <main>
          <section id="contexts" aria-label="Contexts">${contexts}</section>
          <section id="routes" aria-labelledby="routes-title">
            <h2 id="routes-title">Traffic</h2>
            ${renderRoutes(status.routes, status.contexts)}
          </section>
          <section id="journal" aria-labelledby="journal-title">
            <h2 id="journal-title">Journal</h2>
            ${renderJournal(status.journal)}
          </section>
        </main>
        ${verbatim(`<script type="module">${liveScript}</script>`)}
      </body>
    </html> `.markup;
}
