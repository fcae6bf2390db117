import { noFaults, silentLogger, type AttemptRef } from '@overgrow/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '@overgrow/core';
import { attemptOf, recordOf } from '../test-support/proxy-under-test-server.ts';
import { createLongLivedConnections } from './long-lived.ts';
import { createGatekeeper, type Applicant } from './gatekeeper.ts';

function setup(limits = { maxHeldRequests: 3, maxHeldBytes: 1000 }) {
  const clock = createManualClock();
  const log: string[] = [];
  const expired: AttemptRef[] = [];
  const lease = { live: true };
  const gatekeeper = createGatekeeper({
    clock,
    longLived: createLongLivedConnections({ clock, quietMs: 500 }),
    logger: silentLogger,
    faults: noFaults,
    limits: { ...limits, holdExpiryMs: 4_000, clientHoldMs: 10_000 },
    leaseIsLive: () => lease.live,
    onHoldExpired: (ref) => expired.push(ref),
    onLearned: () => log.push('learned'),
  });
  const request = (name: string, unsafe = true, bytes = 10): Applicant => ({
    unsafe,
    bytes,
    routeName: () => (name === 'c' ? 'unmatched' : 'reviews'),
    admitted: () => log.push(`${name} admitted`),
    refused: (reason) => log.push(`${name} ${reason}`),
  });
  const apply = (name: string, unsafe = true, bytes = 10) => {
    const applicant = request(name, unsafe, bytes);
    gatekeeper.apply(applicant);
    return applicant;
  };
  gatekeeper.learn([recordOf('monolith', 3)]);
  log.length = 0;
  return { clock, log, expired, lease, gatekeeper, apply };
}

const never = new AbortController().signal;

describe('gatekeeper', () => {
  it('acknowledges a fence only when the admitted unsafe requests have finished', async () => {
    const { gatekeeper, apply, clock } = setup();
    apply('a');
    apply('b');
    apply('safe', false);
    let report: unknown;
    const fence = gatekeeper.fence(attemptOf(1), never).then((value) => (report = value));
    gatekeeper.finish();
    await clock.advance(50);
    expect(report).toBeUndefined();
    apply('held');
    gatekeeper.finish();
    await fence;
    expect(report).toEqual({ waitedFor: 2, waitedMs: 50, heldNow: 1 });
    gatekeeper.stop();
  });

  it('releases in order of arrival, after it has learned the new owner', async () => {
    const { gatekeeper, apply, log, clock } = setup();
    await gatekeeper.fence(attemptOf(1), never);
    apply('a');
    await clock.advance(30);
    const gone = apply('b');
    apply('c');
    apply('safe', false);
    gatekeeper.leave(gone);
    expect(log).toEqual(['safe admitted']);
    expect(gatekeeper.release(attemptOf(1), recordOf('service', 4))).toEqual({
      released: 2,
      gone: 1,
      longestHeldMs: 30,
    });
    expect(log).toEqual(['safe admitted', 'learned', 'a admitted', 'c admitted']);
    expect(gatekeeper.status()).toMatchObject({ mode: 'open', held: 0, heldBytes: 0, unfinished: 2 });
  });

  it('fails the fence when more would be held than allowed', async () => {
    const { gatekeeper, apply, log } = setup();
    apply('slow');
    const fence = gatekeeper.fence(attemptOf(1), never);
    for (const name of ['a', 'b', 'c', 'd']) apply(name);
    await expect(fence).rejects.toMatchObject({ code: 'PROXY_FENCE_EXCEEDED' });
    expect(log).toEqual(['slow admitted', 'd held-too-many']);
    expect(gatekeeper.withdraw(attemptOf(1)).released).toBe(3);
  });

  it('tells when the bound is passed after the acknowledgement, once', async () => {
    const { gatekeeper, apply, expired, clock } = setup({ maxHeldRequests: 9, maxHeldBytes: 25 });
    await gatekeeper.fence(attemptOf(1), never);
    for (const name of ['a', 'b', 'c', 'd']) apply(name);
    await clock.advance(5_000);
    expect(expired).toEqual([attemptOf(1)]);
    gatekeeper.stop();
  });

  it('tells when a hold expires, and answers held requests when no client would wait longer', async () => {
    const { gatekeeper, apply, expired, log, clock } = setup();
    await gatekeeper.fence(attemptOf(1), never);
    apply('a');
    await clock.advance(3_999);
    expect(expired).toEqual([]);
    apply('b');
    await clock.advance(1);
    expect(expired).toEqual([attemptOf(1)]);
    await clock.advance(6_000);
    expect(log).toEqual(['a held-too-long']);
    await clock.advance(3_999);
    expect(log).toEqual(['a held-too-long', 'b held-too-long']);
    expect(gatekeeper.status()).toMatchObject({ mode: 'fencing', held: 0, heldBytes: 0 });
    gatekeeper.stop();
  });

  it('stops waiting for a fence when its signal aborts, and goes on holding until it is withdrawn', async () => {
    const { gatekeeper, apply, log } = setup();
    apply('slow');
    const deadline = new AbortController();
    const fence = gatekeeper.fence(attemptOf(1), deadline.signal);
    deadline.abort(new Error('deadline'));
    await expect(fence).rejects.toThrow('deadline');
    apply('a');
    expect(log).toEqual(['slow admitted']);
    gatekeeper.withdraw(attemptOf(1));
    expect(log).toEqual(['slow admitted', 'a admitted']);
  });

  it('fails a fence that is withdrawn while it waits', async () => {
    const { gatekeeper, apply } = setup();
    apply('slow');
    const fence = gatekeeper.fence(attemptOf(1), never);
    gatekeeper.withdraw(attemptOf(1));
    await expect(fence).rejects.toMatchObject({ code: 'PROXY_ATTEMPT_ENDED' });
  });

  it('throws for a newer attempt while an older one is in force', async () => {
    const { gatekeeper } = setup();
    gatekeeper.arm(attemptOf(1));
    expect(() => gatekeeper.arm(attemptOf(2))).toThrow(expect.objectContaining({ code: 'PROXY_ATTEMPT_UNFINISHED' }));
    gatekeeper.withdraw(attemptOf(1));
    gatekeeper.arm(attemptOf(2));
    expect(gatekeeper.status().mode).toBe('armed');
  });

  it('admits under a live lease only while armed', () => {
    const { gatekeeper, apply, lease, log } = setup();
    gatekeeper.arm(attemptOf(1));
    apply('a');
    lease.live = false;
    apply('b');
    apply('safe', false);
    expect(log).toEqual(['a admitted', 'b lease-lost', 'safe admitted']);
  });

  it('tells how many requests of each route are held', async () => {
    const { gatekeeper, apply } = setup();
    await gatekeeper.fence(attemptOf(1), never);
    apply('a');
    const left = apply('b');
    apply('c');
    expect(gatekeeper.status()).toMatchObject({ held: 3, heldByRoute: { reviews: 2, unmatched: 1 } });
    gatekeeper.leave(left);
    expect(gatekeeper.status().heldByRoute).toEqual({ reviews: 1, unmatched: 1 });
    gatekeeper.withdraw(attemptOf(1));
    expect(gatekeeper.status().heldByRoute).toEqual({});
  });

  it('answers what it holds when it stops', async () => {
    const { gatekeeper, apply, log } = setup();
    await gatekeeper.fence(attemptOf(1), never);
    apply('a');
    gatekeeper.stop();
    expect(log).toEqual(['a stopping']);
  });

  it('under any interleaving: nothing unsafe passes a fence, nothing is lost, the order is kept', async () => {
    const action = fc.constantFrom('unsafe', 'unsafe', 'safe', 'finish', 'fence', 'release', 'withdraw', 'leave');
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        const { gatekeeper, apply, log } = setup({ maxHeldRequests: 1000, maxHeldBytes: 1e6 });
        let attempt = 0;
        let epoch = 3;
        let fencing = false;
        let admittedUnsafe = 0;
        const held: { name: string; applicant: Applicant }[] = [];
        const fences: Promise<unknown>[] = [];
        for (const [index, what] of actions.entries()) {
          const name = `r${index}`;
          const before = log.length;
          if (what === 'unsafe') {
            const applicant = apply(name);
            if (fencing) held.push({ name, applicant });
            else admittedUnsafe++;
            expect(log.slice(before)).toEqual(fencing ? [] : [`${name} admitted`]);
          } else if (what === 'safe') {
            apply(name, false);
            expect(log.slice(before)).toEqual([`${name} admitted`]);
          } else if (what === 'finish' && admittedUnsafe > 0) {
            admittedUnsafe--;
            gatekeeper.finish();
          } else if (what === 'leave') {
            const left = held.shift();
            if (left !== undefined) gatekeeper.leave(left.applicant);
          } else if (what === 'fence' && !fencing) {
            fencing = true;
            fences.push(gatekeeper.fence(attemptOf(++attempt, epoch), never).catch(() => undefined));
          } else if ((what === 'release' || what === 'withdraw') && fencing) {
            const ref = attemptOf(attempt, epoch);
            if (what === 'release')
              gatekeeper.release(ref, recordOf(epoch % 2 === 1 ? 'service' : 'monolith', ++epoch));
            else gatekeeper.withdraw(ref);
            expect(log.slice(before).filter((line) => line !== 'learned')).toEqual(
              held.map((one) => `${one.name} admitted`),
            );
            admittedUnsafe += held.length;
            held.length = 0;
            fencing = false;
          }
          expect(gatekeeper.status()).toMatchObject({
            held: held.length,
            heldBytes: held.length * 10,
            unfinished: admittedUnsafe,
          });
        }
        gatekeeper.stop();
        await Promise.all(fences);
      }),
      { numRuns: 200 },
    );
  });
});
