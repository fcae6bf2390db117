import type { AttemptKind, FenceTime, GateStatus } from '@overgrow/core';
import type { AttemptOutcome, AttemptPlan } from '@overgrow/orchestrator';
import { paint, type Terminal } from './terminal.ts';

/** What `GET …/plan` answers, as far as it is shown. */
export type MovePlan = Pick<AttemptPlan, 'steps' | 'gates'>;

/** What `POST …/cutover` and `…/rollback` answer. */
export type MoveAnswer = AttemptOutcome;

/** The plan of a move with its gates, for a person who decides. */
export function renderPlan(terminal: Pick<Terminal, 'colour'>, kind: AttemptKind, plan: MovePlan): string {
  const steps = plan.steps.map((step, index) => `${String(index + 1).padStart(3)}  ${step}`);
  const failed = plan.gates.filter((gate) => gate.verdict.kind === 'fail').length;
  const end =
    failed === 0
      ? `All gates are met. Nothing was changed: add --execute to begin the ${kind}.`
      : `${failed} of ${plan.gates.length} gates are not met: a ${kind} would be refused. Nothing was changed.`;
  return [...steps, '', ...plan.gates.flatMap((gate) => renderGate(terminal, gate)), '', end].join('\n');
}

/** What a move came to, in a sentence or two. */
export function renderMove(
  terminal: Pick<Terminal, 'colour'>,
  kind: AttemptKind,
  context: string,
  answer: MoveAnswer,
): string {
  switch (answer.kind) {
    case 'switched':
    case 'rolled-back': {
      const held =
        answer.released === null
          ? ''
          : `, ${answer.released.released} requests were held, the longest for ${answer.released.longestHeldMs.toFixed(0)} ms`;
      return [
        `The ${answer.record.owner} owns ${context} (epoch ${answer.record.epoch}). The fence took ${answer.fenceMs.toFixed(0)} ms${held}.`,
        ...renderTerms(answer.terms),
      ].join('\n');
    }
    case 'abandoned':
      return `The ${kind} was abandoned: ${answer.reason} The ${answer.record.owner} still owns ${context}, and nothing was lost.`;
    case 'refused':
      return [
        `The ${kind} was refused, nothing was changed:`,
        ...answer.gates.filter((gate) => gate.verdict.kind === 'fail').flatMap((gate) => renderGate(terminal, gate)),
        ...(answer.gates.some((gate) => gate.verdict.kind === 'fail')
          ? []
          : answer.reasons.map((reason) => `  ${reason}`)),
      ].join('\n');
  }
}

/** Where the time of a fence went; nothing after a crash, when nobody has seen the whole of it. */
function renderTerms(terms: FenceTime['terms']): readonly string[] {
  if (terms.length === 0) return [];
  return [`Of the fence: ${terms.map(({ term, tookMs }) => `${term} ${tookMs.toFixed(0)} ms`).join(', ')}.`];
}

function renderGate(terminal: Pick<Terminal, 'colour'>, { name, verdict }: GateStatus): readonly string[] {
  if (verdict.kind === 'pass') return [`  ${paint(terminal, 'green', '✓')} ${name}: ${verdict.reason}`];
  return [`  ${paint(terminal, 'red', '✗')} ${name}: ${verdict.reason}`, `      ${verdict.nextStep}`];
}
