import type { Json, JournalEntry } from '@overgrow/core';
import { formatMoment, formatName } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';

const longestText = 160;

/** Figures and names of an entry on one line; what is nested is evidence for `overgrow journal`, not for a glance. */
function renderData(data: Json): string {
  if (data === null || typeof data !== 'object') return data === null ? '' : String(data);
  const flat = Object.entries(data).flatMap(([name, value]) =>
    value === null || typeof value === 'object'
      ? []
      : [`${name} ${typeof value === 'number' ? Math.round(value * 10) / 10 : String(value)}`],
  );
  const text = flat.join(' · ');
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}

function renderEntry({ atMs, context, event, data }: JournalEntry): Html {
  const text = renderData(data);
  return html`<tr>
    <td><time datetime="${new Date(atMs).toISOString()}">${formatMoment(atMs)}</time></td>
    <td class="context">${context}</td>
    <td>${formatName(event)}</td>
    <td class="data">${text === '' ? null : html`<code>${text}</code>`}</td>
  </tr>`;
}

/** Newest first. */
export function renderJournal(journal: readonly JournalEntry[]): Html {
  if (journal.length === 0) return html`<p class="empty">Nothing has happened yet.</p>`;
  return html`<div class="card">
    <table class="journal" aria-labelledby="journal-title">
      <thead>
        <tr>
          <th scope="col">UTC</th>
          <th scope="col">Context</th>
          <th scope="col">What happened</th>
          <th scope="col">Evidence</th>
        </tr>
      </thead>
      <tbody>
        ${journal.toReversed().map(renderEntry)}
      </tbody>
    </table>
  </div>`;
}
