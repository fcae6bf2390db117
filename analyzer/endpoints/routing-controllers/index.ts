import type { Adapter } from '../../adapters/adapter.ts';
import { collectPrefixes, type PrefixSummary } from './collect-prefixes.ts';
import { linkRoutingControllers } from './link-routing-controllers.ts';

/** routing-controllers, tsoa, inversify-express-utils, Ts.ED, OvernightJS, LoopBack: routes written on classes. */
export const routingControllers: Adapter<PrefixSummary> = {
  name: 'routing-controllers',
  collect: collectPrefixes,
  link: linkRoutingControllers,
};
