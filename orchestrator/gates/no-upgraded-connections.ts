import { fail, isUnavailable, pass, type Gate } from './gate.ts';

export const noUpgradedConnections: Gate = {
  name: 'no-upgraded-connections',
  needs: 'No WebSocket is open on the routes of the context: a fence cannot hold what it carries.',
  decide: ({ traffic, record }) => {
    if (isUnavailable(traffic)) return fail(traffic.reason, 'Check that every proxy runs.');
    const upgraded = traffic.contexts
      .filter(({ context, scope }) => context === record.context && scope === record.scope)
      .reduce((sum, each) => sum + each.upgraded, 0);
    return upgraded === 0
      ? pass('none is open', { upgraded })
      : fail(`${upgraded} are open`, 'Wait until they are closed, or close them.', { upgraded });
  },
};
