import { fail, isUnavailable, pass, type Gate } from './gate.ts';

export const proxiesCurrent: Gate = {
  name: 'proxies-current',
  needs: 'Every proxy is in contact and knows the current owner and epoch.',
  decide: ({ traffic, record }) => {
    if (isUnavailable(traffic)) return fail(traffic.reason, 'Check that every proxy runs and reaches the state store.');
    if (traffic.proxies === 0) return fail('no proxy is in contact', 'Start a proxy.');
    const known = traffic.contexts.find(({ context, scope }) => context === record.context && scope === record.scope);
    if (known === undefined)
      return fail('a proxy does not know the context', 'Start the proxies with the same manifest.');
    const figures = { proxies: traffic.proxies, epochKnown: known.epoch, epoch: record.epoch, owner: known.owner };
    return known.epoch === record.epoch && known.owner === record.owner
      ? pass(`epoch ${record.epoch} is in force`, figures)
      : fail(
          `a proxy is at epoch ${known.epoch} with owner ${known.owner}, and the record says ${record.epoch} and ${record.owner}`,
          'Check that every proxy reaches the state store.',
          figures,
        );
  },
};
