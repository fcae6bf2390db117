import { OvergrowError, parseShare, type Manifest } from '@overgrow/core';
import type { ContextInForce } from '@overgrow/strangler-proxy';

/**
 * What is taken to be in force where no running proxy is asked: the monolith owns each context, the service's data is proven, and
 * each route has the manifest's weight. `owners` and `weights` (`catalog=service`, `catalog=25%`) say otherwise.
 * @throws USAGE_INVALID for an unknown context or value, all faults at once
 */
export function assumeContexts(
  manifest: Manifest,
  owners: readonly string[],
  weights: readonly string[],
): (context: string) => ContextInForce | undefined {
  const faults: string[] = [];
  const assumed = new Map(
    Object.keys(manifest.contexts).map((context): [string, ContextInForce] => [
      context,
      { owner: 'monolith', epoch: 1, ready: true, weight: null },
    ]),
  );
  const change = (text: string, form: string, read: (value: string) => Partial<ContextInForce> | undefined) => {
    const [context = '', value = ''] = text.split('=');
    const known = assumed.get(context);
    const found = read(value);
    if (known === undefined) faults.push(`${text}: there is no context ${context}`);
    else if (found === undefined) faults.push(`${text}: expected ${form}`);
    else assumed.set(context, { ...known, ...found });
  };
  for (const text of owners)
    change(text, 'CONTEXT=monolith or CONTEXT=service', (owner) =>
      owner === 'monolith' || owner === 'service' ? { owner } : undefined,
    );
  for (const text of weights)
    change(text, 'CONTEXT=25%', (value) => {
      const weight = parseShare(value);
      return weight === undefined ? undefined : { weight };
    });
  if (faults.length > 0)
    throw new OvergrowError('USAGE_INVALID', faults.join('; '), {
      hint: `Contexts: ${[...assumed.keys()].join(', ') || 'none'}.`,
    });
  return (context) => assumed.get(context);
}
