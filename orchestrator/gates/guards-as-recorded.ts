import { fail, isUnavailable, pass, type Gate } from './gate.ts';

export const guardsAsRecorded: Gate = {
  name: 'guards-as-recorded',
  needs: 'Each table is guarded against writes exactly where the control rows say that its side does not own it.',
  decide: ({ links }) => {
    if (isUnavailable(links)) return fail(links.reason, 'Check both databases and the log of the bridge.');
    const { guards } = links;
    if (guards.kind === 'unknown') {
      return fail(`the guards cannot be read: ${guards.reason}`, 'Check both databases and the log of the bridge.');
    }
    const alarms = guards.faults.filter(({ kind }) => kind !== 'leftover');
    const figures = { alarms: alarms.length, leftovers: guards.faults.length - alarms.length };
    const [first] = alarms;
    if (first === undefined) return pass('every guard stands as recorded', figures);
    const others = alarms.length === 1 ? '' : `, and ${alarms.length - 1} more`;
    return fail(
      `the guard of ${first.table} in the ${first.side}'s database is ${first.kind}, and should not be${others}`,
      'Find who changed it (`overgrow doctor` names each), and start overgrow again: it closes what should be closed.',
      figures,
    );
  },
};
