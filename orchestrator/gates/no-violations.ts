import { fail, isUnavailable, pass, type Gate } from './gate.ts';

export const noViolations: Gate = {
  name: 'no-violations',
  needs: 'Since the last verification nobody wrote on the side that does not own the context.',
  decide: ({ links, lastVerify }) => {
    if (isUnavailable(links)) return fail(links.reason, 'Check both databases and the log of the bridge.');
    const now = links.forward.violations + links.reverse.violations;
    const since = now - (lastVerify?.violationsBefore ?? 0);
    const figures = { since, inAll: now };
    return since <= 0
      ? pass('no foreign write was seen', figures)
      : fail(
          `${since} foreign writes were seen since the last verification`,
          'Find the writer (`overgrow doctor` names guards that are open), stop it, and wait for the next clean pass.',
          figures,
        );
  },
};
