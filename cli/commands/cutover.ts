import type { AttemptKind } from '@overgrow/core';
import { Command } from 'commander';
import { askAdmin } from '../admin/admin-client.ts';
import { readManifest, withManifest, type ManifestOption } from '../manifest-option.ts';
import type { Outcome } from '../program.ts';
import type { Terminal } from '../terminal.ts';
import { readRunRecord, runFileOf } from '../up/run-files.ts';
import { renderMove, renderPlan, type MovePlan, type MoveAnswer } from '../move-report.ts';

interface Options extends ManifestOption {
  readonly execute?: boolean;
  readonly by?: string;
  readonly json?: boolean;
}

/** `overgrow cutover <context>`: the service becomes the owner. */
export function cutoverCommand(terminal: Terminal, outcome: Outcome): Command {
  return moveCommand(
    'cutover',
    'Make the service the owner of a context. Prints the plan; acts only with --execute.',
    terminal,
    outcome,
  );
}

/** A command that moves a context; `cutover` and `rollback` differ in the direction alone. */
export function moveCommand(kind: AttemptKind, description: string, terminal: Terminal, outcome: Outcome): Command {
  return withManifest(new Command(kind))
    .description(description)
    .argument('<context>', 'the bounded context')
    .option('--execute', 'do it')
    .option('--by <name>', 'who answers for it, for the journal (default: the user of this terminal)')
    .option('--json', 'as JSON')
    .action(async (context: string, options: Options) => {
      const { stateFolder } = await readManifest(terminal, options);
      const run = await readRunRecord(runFileOf(stateFolder));
      const path = `/api/contexts/${encodeURIComponent(context)}`;
      if (!options.execute) {
        const plan = (await askAdmin(run, 'GET', `${path}/plan?kind=${kind}`)) as MovePlan;
        if (plan.gates.some((gate) => gate.verdict.kind === 'fail')) outcome.exitCode = 1;
        terminal.print(options.json ? JSON.stringify(plan, null, 2) : renderPlan(terminal, kind, plan));
        return;
      }
      const by = options.by ?? terminal.user;
      terminal.note(`${kind} of ${context} …`);
      const goesOn = () =>
        terminal.complain(`The ${kind} goes on in \`overgrow up\`: see overgrow status. Only this command ended.`);
      terminal.signal.addEventListener('abort', goesOn, { once: true });
      const answer = (await askAdmin(run, 'POST', `${path}/${kind}`, { body: { by } })) as MoveAnswer;
      terminal.signal.removeEventListener('abort', goesOn);
      if (answer.kind !== 'switched' && answer.kind !== 'rolled-back') outcome.exitCode = 1;
      terminal.print(options.json ? JSON.stringify(answer, null, 2) : renderMove(terminal, kind, context, answer));
    });
}
