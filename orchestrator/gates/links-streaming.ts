import { directionOf } from '../decider/evolve.ts';
import type { LinkStatus } from '@overgrow/core';
import { fail, isUnavailable, pass, type Gate } from './gate.ts';

function faultOf(link: LinkStatus, open: boolean): { reason: string; nextStep: string } | undefined {
  if (link.state.kind === 'halted') {
    const { message, hint } = link.state.error;
    return {
      reason: `the ${link.direction} link is halted: ${message}`,
      nextStep: hint ?? 'Mend the cause and start overgrow again.',
    };
  }
  if (link.state.kind === 'reconnecting' || link.state.kind === 'waiting') {
    const { message, hint } = link.state.error;
    return {
      reason: `the ${link.direction} link is ${link.state.kind}: ${message}`,
      nextStep: hint ?? 'It tries again by itself; mend what the message names.',
    };
  }
  if (link.state.kind !== 'streaming') {
    return {
      reason: `the ${link.direction} link is ${link.state.kind}`,
      nextStep: 'Wait until both links stream.',
    };
  }
  if (link.open === open) return undefined;
  return {
    reason: `the ${link.direction} link is ${link.open ? 'open' : 'closed'}, and should be ${open ? 'open' : 'closed'}`,
    nextStep: 'Run `overgrow doctor`: the control rows disagree with the record.',
  };
}

export const linksStreaming: Gate = {
  name: 'links-streaming',
  needs: 'Both links stream; the one away from the owner applies, the other only watches.',
  decide: ({ links, kind }) => {
    if (isUnavailable(links)) return fail(links.reason, 'Check both databases and the log of the bridge.');
    const giving = directionOf(kind);
    const figures = {
      forward: links.forward.state.kind,
      forwardOpen: links.forward.open,
      reverse: links.reverse.state.kind,
      reverseOpen: links.reverse.open,
    };
    const fault = faultOf(links.forward, giving === 'forward') ?? faultOf(links.reverse, giving === 'reverse');
    return fault === undefined ? pass('both links stream', figures) : fail(fault.reason, fault.nextStep, figures);
  },
};
