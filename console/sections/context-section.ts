import type { BridgeStatus, ContextStatus, GateStatus, LinkStatus, Phase } from '@overgrow/core';
import { formatBytes, formatCount, formatDuration, formatName } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';

/** The way of a context. `rolled-back` stands where it leads: at replicating again. */
const way: readonly Phase[] = [
  'planned',
  'replicating',
  'verifying',
  'reading',
  'armed',
  'fencing',
  'switched',
  'settled',
  'retired',
];

function renderTrack({ phase, attempt }: ContextStatus): Html {
  const busy = phase === 'armed' || phase === 'fencing' ? ' busy' : '';
  const at = way.indexOf(phase === 'rolled-back' ? 'replicating' : phase);
  const steps = way.map((each, position) => {
    if (position < at) return html`<li class="past">${formatName(each)}</li>`;
    if (position > at) return html`<li>${formatName(each)}</li>`;
    return html`<li class="now${busy}" aria-current="step">${formatName(phase)}</li>`;
  });
  const label = attempt === null || busy === '' ? 'Phases' : `Phases, ${attempt.kind} under way`;
  return html`<ol class="track" aria-label="${label}">
    ${steps}
  </ol>`;
}

function describeLink({ state, open, lagMs, lagBytes, changesApplied, violations, missingRows }: LinkStatus): Html {
  const foreign =
    violations === 0 ? null : html`<small class="raised">${formatCount(violations)} foreign writes</small>`;
  const missing =
    missingRows === 0 ? null : html`<small class="raised">${formatCount(missingRows)} rows were missing</small>`;
  switch (state.kind) {
    case 'copying':
      return html`copying
        <small>${formatCount(state.rowsCopied)} rows, ${state.tablesDone} of ${state.tables} tables</small>`;
    case 'halted':
      return html`<span class="raised">halted</span> <small>${state.error.message}</small>`;
    case 'reconnecting':
    case 'waiting':
      return html`<span class="raised">${state.kind}</span>
        <small>${formatDuration(lagMs)} behind: ${state.error.message}</small>`;
    case 'stopped':
      return html`stopped`;
    case 'streaming':
      return open
        ? html`${lagMs === 0 ? 'caught up' : `${formatDuration(lagMs)} behind`}
            <small>${formatBytes(lagBytes)} to read, ${formatCount(changesApplied)} changes applied</small
            >${foreign}${missing}`
        : html`watching <small>nothing is applied in this direction</small>${foreign}`;
  }
}

function describeGuards({ guards }: BridgeStatus): Html {
  if (guards.kind === 'unknown') return html`unknown <small>${guards.reason}</small>`;
  const alarms = guards.faults.filter(({ kind }) => kind !== 'leftover');
  const [first] = alarms;
  if (first === undefined) return html`as recorded`;
  return html`<span class="raised">${alarms.length} not as recorded</span>
    <small>first: ${first.table} of the ${first.side} is ${first.kind}</small>`;
}

function describeVerify({ lastVerify }: ContextStatus, atMs: number): Html {
  if (lastVerify === null) return html`not yet`;
  const { report, direction } = lastVerify;
  const ago = formatDuration(Math.max(0, atMs - report.finishedAtMs));
  const differing = report.tables.reduce((sum, table) => sum + table.differing, 0);
  const verdict = report.clean ? html`equal` : html`<span class="raised">${formatCount(differing)} rows differ</span>`;
  const first = report.samples[0];
  return html`${verdict}
    <small>${formatCount(report.rowsCompared)} rows, ${direction}, ${ago} ago</small>
    ${first === undefined || report.clean ? null : html`<small>first: ${first.table} ${first.key}, ${first.kind}</small>`}`;
}

function describeAttempt({ attempt, step }: ContextStatus): Html {
  const doing = step === null ? null : html`<small>now: ${formatName(step)}</small>`;
  if (attempt === null) return html`none yet${doing}`;
  const { number, kind, state, finished } = attempt;
  const reason = state.kind === 'abandoned' ? html`<small>${state.reason}</small>` : null;
  return html`${number}, ${kind}: ${finished ? state.kind : `${state.kind}, not finished`}${reason}${doing}`;
}

function renderGate({ name, needs, verdict }: GateStatus): Html {
  const next = verdict.kind === 'fail' ? html`<small>${verdict.nextStep}</small>` : null;
  return html`<li class="${verdict.kind}" title="${needs}">
    <span class="verdict">${verdict.kind === 'pass' ? 'met' : 'not met'}</span>
    <span>${formatName(name)}: ${verdict.reason}${next}</span>
  </li>`;
}

function renderGates({ context, gates, next, phase }: ContextStatus): Html | null {
  if (next === null || gates.length === 0) return null;
  const met = gates.filter(({ verdict }) => verdict.kind === 'pass').length;
  const text =
    met === gates.length
      ? `Ready for a ${next}: ${met} of ${met} gates met`
      : `${met} of ${gates.length} gates for a ${next} are met`;
  const failedFirst = gates.toSorted(
    (one, other) => Number(one.verdict.kind === 'pass') - Number(other.verdict.kind === 'pass'),
  );
  const open = met < gates.length && (phase === 'reading' || phase === 'switched') ? html` open` : null;
  return html`<details id="gates-${context}" ${open}>
    <summary>${text}</summary>
    <ul class="gates">
      ${failedFirst.map(renderGate)}
    </ul>
  </details>`;
}

export function renderContext(status: ContextStatus, atMs: number): Html {
  const { context, scope, owner, epoch, problem, links } = status;
  return html`<article class="card" aria-labelledby="context-${context}">
    <div class="title">
      <h3 id="context-${context}">${context}${scope === '*' ? '' : ` · ${scope}`}</h3>
      <span class="badge ${owner}">${owner} owns</span>
      <p>epoch <strong>${epoch}</strong></p>
    </div>
    ${renderTrack(status)}
    ${
      problem === null
        ? null
        : html`<div class="notice" role="status">
            <p>${problem.message}</p>
            ${problem.hint === null ? null : html`<p>${problem.hint}</p>`}
          </div>`
    }
    <dl class="figures">
      <div>
        <dt>monolith → service</dt>
        <dd>${links === null ? 'not running' : describeLink(links.forward)}</dd>
      </div>
      <div>
        <dt>service → monolith</dt>
        <dd>${links === null ? 'not running' : describeLink(links.reverse)}</dd>
      </div>
      <div>
        <dt>guards</dt>
        <dd>${links === null ? 'not running' : describeGuards(links)}</dd>
      </div>
      <div>
        <dt>last verification</dt>
        <dd>${describeVerify(status, atMs)}</dd>
      </div>
      <div>
        <dt>last attempt</dt>
        <dd>${describeAttempt(status)}</dd>
      </div>
    </dl>
    ${renderGates(status)}
  </article>`;
}
