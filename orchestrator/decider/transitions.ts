import type { AttemptKind, Phase } from '@overgrow/core';
import type { CommandKind } from './messages.ts';

/** One arrow between phases. The decider takes no other, and docs/reference/phases.md is rendered from this table. */
export interface Transition {
  /** Null: the context is not known yet. */
  readonly from: Phase | null;
  readonly command: CommandKind;
  /** Only for attempts of this kind; null: for any. */
  readonly during: AttemptKind | null;
  readonly to: Phase;
  readonly needs: string;
  readonly owner: 'monolith' | 'service';
  /** Who asks for it. */
  readonly by: 'overgrow' | 'a person';
}

const arrow = (
  from: Phase | null,
  command: CommandKind,
  to: Phase,
  needs: string,
  rest: Partial<Pick<Transition, 'during' | 'owner' | 'by'>> = {},
): Transition => ({ from, command, to, needs, during: null, owner: 'monolith', by: 'overgrow', ...rest });

export const transitions: readonly Transition[] = [
  arrow(null, 'declare', 'planned', 'The manifest declares the context.'),
  arrow(
    'planned',
    'replicate',
    'replicating',
    'Databases, rights and tables passed the preflight; slots and guards exist.',
  ),
  arrow(
    'replicating',
    'caught-up',
    'verifying',
    'The first copy is done, the forward link streams, lag is below maxLag.',
  ),
  arrow('verifying', 'verified', 'reading', 'A verification pass over all rows was clean.'),
  arrow('reading', 'verified', 'verifying', 'A later pass found differences.'),
  arrow('reading', 'begin', 'armed', 'Every gate of a cutover is met.', { during: 'cutover', by: 'a person' }),
  arrow('switched', 'begin', 'armed', 'Every gate of a rollback is met.', {
    during: 'rollback',
    owner: 'service',
    by: 'a person',
  }),
  arrow('armed', 'fence', 'fencing', 'Every proxy and both databases acknowledged the attempt.', { during: 'cutover' }),
  arrow('armed', 'fence', 'fencing', 'Every proxy and both databases acknowledged the attempt.', {
    during: 'rollback',
    owner: 'service',
  }),
  arrow('armed', 'abandon', 'reading', 'A step failed, or the process ended.', { during: 'cutover' }),
  arrow('armed', 'abandon', 'switched', 'A step failed, or the process ended.', {
    during: 'rollback',
    owner: 'service',
  }),
  arrow('fencing', 'abandon', 'reading', 'A step failed, the deadline passed, or the process ended.', {
    during: 'cutover',
  }),
  arrow('fencing', 'abandon', 'switched', 'A step failed, the deadline passed, or the process ended.', {
    during: 'rollback',
    owner: 'service',
  }),
  arrow('fencing', 'flip', 'switched', 'Drained up to the barrier, checked, sequences moved.', {
    during: 'cutover',
    owner: 'service',
  }),
  arrow('fencing', 'flip', 'rolled-back', 'Drained up to the barrier, checked, sequences moved.', {
    during: 'rollback',
  }),
  arrow(
    'rolled-back',
    'replicate',
    'replicating',
    'The rollback is finished. No new copy: it goes on from the opening marker.',
  ),
  arrow('switched', 'settle', 'settled', 'A person says that the service stays.', { owner: 'service', by: 'a person' }),
  arrow('settled', 'retire', 'retired', 'No foreign reader was seen for a business cycle.', {
    owner: 'service',
    by: 'a person',
  }),
];

/** The arrow that a command takes from a phase, if there is one. */
export function transitionOf(
  from: Phase | null,
  command: CommandKind,
  during: AttemptKind | null,
): Transition | undefined {
  return transitions.find(
    (each) => each.from === from && each.command === command && (each.during === null || each.during === during),
  );
}
