import type { Adapter } from '../adapters/adapter.ts';
import { collectSideEffects } from './collect-side-effects.ts';
import { linkSideEffects } from './link-side-effects.ts';
import type { SideEffectSummary } from './side-effects-summary.ts';

/** What ties a unit to its process and to the world: state, settings, and what it does beside writing. */
export const sideEffects: Adapter<SideEffectSummary> = {
  name: 'side-effects',
  collect: collectSideEffects,
  link: linkSideEffects,
};
