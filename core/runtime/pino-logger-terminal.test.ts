import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OvergrowError } from '../errors/overgrow-error.ts';
import { createPinoLogger, type PinoLoggerOptions } from './pino-logger-terminal.ts';

function logInto(options: PinoLoggerOptions = {}) {
  const lines: string[] = [];
  const logger = createPinoLogger({ ...options, write: (line) => lines.push(line) });
  const last = () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
  return { logger, lines, last };
}

describe('the logger', () => {
  test('writes one JSON object a line', () => {
    const { logger, lines, last } = logInto();
    logger.info('fence acknowledged', { context: 'catalog', heldNow: 3, bytes: 12n, level: 'high' });
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      message: 'fence acknowledged',
      context: 'catalog',
      heldNow: 3,
      bytes: '12',
      level_: 'high',
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\}\n$/);
  });

  test('keeps to its level, also in a child', () => {
    const { logger, lines, last } = logInto({ level: 'warn' });
    logger.child({ part: 'cdc' }).info('not written');
    expect(lines).toEqual([]);
    logger.child({ part: 'cdc' }).child({ password: 'hunter2' }).error('written');
    expect(last()).toMatchObject({ level: 'error', part: 'cdc', password: '***' });
  });

  test('masks what stands under the name of a secret, at any depth', () => {
    const { logger, last } = logInto();
    logger.info('request', {
      request: { headers: { Authorization: 'Bearer abc', cookie: 'sid=1', 'set-cookie': ['a=1'], accept: '*/*' } },
      options: [{ dbPassword: 'x', adminToken: 'y', clientSecret: { inner: 'z' }, passwordless: true }],
    });
    expect(last()).toMatchObject({
      request: { headers: { Authorization: '***', cookie: '***', 'set-cookie': '***', accept: '*/*' } },
      options: [{ dbPassword: '***', adminToken: '***', clientSecret: '***', passwordless: true }],
    });
  });

  test('masks passwords in any text: URLs, connection strings, headers', () => {
    const { logger, last } = logInto();
    logger.warn('cannot reach postgres://bridge:hunter2@db.example:5432/shop?sslmode=require', {
      url: new URL('http://u:hunter2@h.example/x'),
      dsn: 'host=db password=hunter2 user=bridge',
      curl: "curl -H 'authorization: Bearer hunter2hunter2' https://h.example/?token=hunter2&page=2",
      odd: 'postgres://bridge:hun@ter2@db.example/shop and mysql://a:hunter2@b',
    });
    expect(JSON.stringify(last())).not.toMatch(/hun@?ter2/);
    expect(last()).toMatchObject({
      message: 'cannot reach postgres://bridge:***@db.example:5432/shop?sslmode=require',
      dsn: 'host=db password=*** user=bridge',
      odd: 'postgres://bridge:***@db.example/shop and mysql://a:***@b',
    });
  });

  test('masks errors with their causes and details, and keeps what explains them', () => {
    const { logger, last } = logInto();
    const cause = new AggregateError([new Error('connect to postgres://a:hunter2@b/c')], 'all failed');
    const error = new OvergrowError('STATE_UNREACHABLE', 'No store at postgres://a:hunter2@b/c.', {
      hint: 'Check it.',
      details: { password: 'hunter2', tries: 3 },
      cause,
    });
    logger.error('failed', { error });
    expect(JSON.stringify(last())).not.toContain('hunter2');
    expect(last()).toMatchObject({
      error: {
        name: 'OvergrowError',
        code: 'STATE_UNREACHABLE',
        message: 'No store at postgres://a:***@b/c.',
        hint: 'Check it.',
        details: { password: '***', tries: 3 },
        cause: { message: 'all failed', errors: [{ message: 'connect to postgres://a:***@b/c' }] },
      },
    });
  });

  test('masks the columns that the manifest calls sensitive', () => {
    const { logger, last } = logInto({ sensitive: ['public.users.email'] });
    logger.info('row', { row: { id: 1, email: 'a@b.example' }, 'public.users.email': 'a@b.example', emails: 2 });
    expect(last()).toMatchObject({ row: { id: 1, email: '***' }, 'public.users.email': '***', emails: 2 });
  });

  test('writes circular, deep and huge values without end or throw', () => {
    const { logger, lines, last } = logInto();
    const circle: Record<string, unknown> = { at: new Date(0), never: new Date(Number.NaN), run: () => {} };
    circle['self'] = circle;
    const deep = Array.from({ length: 50 }).reduce((inner) => ({ inner }), 'end');
    logger.info('odd', { circle, deep, wide: Array.from({ length: 10_000 }, (_, at) => at), bytes: Buffer.alloc(9) });
    expect(lines[0]?.length).toBeLessThan(3000);
    expect(last()).toMatchObject({
      circle: { at: '1970-01-01T00:00:00.000Z', never: 'Invalid Date', self: '[circular]' },
      bytes: '[9 bytes]',
    });
  });

  test('shows no secret, wherever it stands under its name', () => {
    const { logger, lines } = logInto();
    const secret = fc.stringMatching(/^[QXZ]{12}$/);
    const nested = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        secret.map((password) => ({ password })),
        secret.map((password) => `amqp://user:${password}@queue`),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(nested, (value) => {
        logger.info('any', { value });
        expect(lines.at(-1)).not.toMatch(/[QXZ]{12}/);
      }),
    );
  });
});
