import { afterEach, describe, expect, it } from 'vitest';
import { startHttpBackend } from '../test-support/backend-server.ts';
import { recordOf, startProxyUnderTest } from '../test-support/proxy-under-test-server.ts';

describe('weights on the wire', () => {
  const open: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
  });
  const start = async (weight: number) => {
    const monolith = await startHttpBackend((_request, response) => void response.end('monolith'));
    const service = await startHttpBackend((_request, response) => void response.end('service'));
    const subject = await startProxyUnderTest({ monolith: monolith.origin, service: service.origin, weight });
    open.push(subject, monolith, service);
    const ask = async (cookie?: string, method = 'GET') => {
      const response = await fetch(`${subject.url}/reviews`, {
        method,
        ...(cookie === undefined ? {} : { headers: { cookie } }),
      });
      return { side: await response.text(), cookie: response.headers.get('set-cookie')?.split(';')[0] };
    };
    return {
      subject,
      ask,
      setWeight: (value: number) => subject.proxy.traffic.setWeight({ context: 'reviews', scope: '*' }, value),
    };
  };

  it('only moves users from monolith to service while the weight rises, and back while it falls', async () => {
    const { ask, setWeight } = await start(0);
    const users = Array.from({ length: 60 }, (_, index) => `overgrow-bucket=${index.toString(16).padStart(16, '0')}`);
    let before = new Set<string>();
    for (const weight of [0, 2000, 5000, 9000, 10_000]) {
      await setWeight(weight);
      const now = new Set<string>();
      for (const user of users) if ((await ask(user)).side === 'service') now.add(user);
      expect([...before].every((user) => now.has(user))).toBe(true);
      if (weight === 0) expect(now.size).toBe(0);
      if (weight === 10_000) expect(now.size).toBe(users.length);
      before = now;
    }
  });

  it('gives a user without a key one, and keeps to it', async () => {
    const { ask } = await start(5000);
    const first = await ask();
    expect(first.cookie).toMatch(/^overgrow-bucket=[0-9a-f]{32}$/);
    for (let index = 0; index < 5; index++)
      expect(await ask(first.cookie)).toEqual({ side: first.side, cookie: undefined });
  });

  it('counts only while the data of the service is complete, and nobody gets a cookie before', async () => {
    const { ask, setWeight, subject } = await start(5000);
    for (const phase of ['planned', 'replicating', 'verifying', 'rolled-back'] as const) {
      await subject.proxy.traffic.learn([recordOf('monolith', 3, null, phase)]);
      for (const weight of [5000, 10_000]) {
        await setWeight(weight);
        expect(await ask()).toEqual({ side: 'monolith', cookie: undefined });
      }
      expect(subject.proxy.explain({ method: 'GET', target: '/reviews' })).toMatchObject({
        reason: 'service-not-ready',
      });
      await subject.proxy.traffic.learn([recordOf('monolith', 3, null, 'reading')]);
      expect(await ask()).toEqual({ side: 'service', cookie: undefined });
    }
  });

  it('sets no cookie where no weight decides, and sends unsafe requests to the owner whatever the weight', async () => {
    const { ask, setWeight, subject } = await start(0);
    expect(await ask()).toEqual({ side: 'monolith', cookie: undefined });
    await setWeight(10_000);
    expect(await ask(undefined, 'POST')).toEqual({ side: 'monolith', cookie: undefined });
    expect(await ask()).toEqual({ side: 'service', cookie: undefined });
    await setWeight(0);
    await subject.proxy.traffic.learn([recordOf('service', 4)]);
    expect(await ask(undefined, 'POST')).toEqual({ side: 'service', cookie: undefined });
    expect(await ask()).toEqual({ side: 'service', cookie: undefined });
  });
});
