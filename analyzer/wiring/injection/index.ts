import type { Adapter } from '../../adapters/adapter.ts';
import { collectInjection } from './collect-injection.ts';
import type { InjectionSummary } from './injection-summary.ts';
import { linkInjection } from './link-injection.ts';

/** Constructor and property injection: NestJS, inversify, tsyringe, typedi, awilix, and injection by hand. */
export const injection: Adapter<InjectionSummary> = {
  name: 'injection',
  collect: collectInjection,
  link: linkInjection,
};
