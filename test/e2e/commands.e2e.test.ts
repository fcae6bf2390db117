import { access, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  findFreePort,
  isPortTaken,
  startNodeProcess,
  startPostgres,
  startStage,
  type RunningUp,
  type Stage,
} from '../index.ts';
import { moveWhenReady, reviewsOf, untilGatesPass, untilReading } from './journey.ts';

const main = path.resolve(import.meta.dirname, '../../cli/main.ts');

/** The commands as their users meet them: exit codes, messages, and what is left afterwards. */
describe('the commands', () => {
  const undo = new AsyncDisposableStack();
  const said: string[] = [];
  let stage: Stage;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'overgrow-commands-'));
    undo.defer(() => rm(folder, { recursive: true }));
    const server = undo.use(await startPostgres());
    stage = undo.use(await startStage({ serverUrl: server.url(), scale: 0.02 }));
  });
  afterAll(() => undo.disposeAsync());

  test.for([
    [['cdc', 'status', '--jso'], '(Did you mean --json?)'],
    [['statis'], '(Did you mean status?)'],
    [['cutover'], "missing required argument 'context'"],
    [['analyze', '--format', 'pdf'], 'There is no report format "pdf"'],
    [['status', '--manifest', 'nothing.yaml'], 'CONFIG_NOT_FOUND'],
  ] as const)('overgrow %j is wrong usage: exit 2', async ([args, message]) => {
    const { code, stderr } = await overgrow(args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test('ten faults in a manifest: ten messages with their places, exit 2', async () => {
    const file = path.join(folder, 'faulty.yaml');
    await writeFile(file, tenFaults);
    const { code, stdout } = await overgrow(['doctor', '--manifest', file]);
    expect(stdout.match(/faulty\.yaml:\d+:\d+/g)).toHaveLength(10);
    expect(stdout).toContain('10 faults');
    expect(code).toBe(2);
  });

  test('analyze names what it could not read, and reads the rest', async () => {
    const missing = await overgrow(['analyze', path.join(folder, 'missing')]);
    expect(missing).toMatchObject({ code: 3, stderr: expect.stringContaining('ANALYZE_NO_FOLDER') as string });
    const source = path.join(folder, 'source');
    await mkdir(source);
    expect((await overgrow(['analyze', source])).code).toBe(0);
    await writeFile(
      path.join(source, 'good.js'),
      "import pg from 'pg';\nnew pg.Pool().query('select * from books');\n",
    );
    await writeFile(path.join(source, 'broken.js'), 'const = ;;\nfunction {');
    const { code, stdout } = await overgrow(['analyze', source, '--json']);
    expect(code).toBe(0);
    expect(stdout).toContain('broken.js');
    expect(stdout).toContain('public.books');
  });

  test('nobody runs: status and cutover say so, exit 3', async () => {
    for (const args of [['status'], ['cutover', 'reviews'], ['rollback', 'reviews', '--execute']])
      expect(await overgrow(args)).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('CLI_NOT_RUNNING') as string,
      });
  });

  test('doctor finds nothing on a good stage, and makes nothing', async () => {
    const { code, stdout } = await overgrow(['doctor']);
    expect(stdout).toContain('All is well.');
    expect(code).toBe(0);
    await expect(access(stateFile())).rejects.toThrow('ENOENT');
    expect((await overgrow(['uninstall'])).stdout).toContain('Nothing of overgrow is in these databases.');
  });

  test('doctor names a taken port, a database that does not answer and a service that is down: exit 3', async () => {
    const nobody = await findFreePort();
    const { code, stdout } = await overgrow(['doctor', '--json'], {
      OVERGROW_LISTEN: new URL(stage.monolithUrl).host,
      REVIEWS_URL: `http://127.0.0.1:${nobody}`,
      REVIEWS_DATABASE_URL: `postgres://me:hunter2secret@127.0.0.1:${nobody}/reviews`,
    });
    const faults = (JSON.parse(stdout) as { kind: string; code?: string; remedy?: string }[]).filter(
      ({ kind }) => kind === 'fault',
    );
    expect(new Set(faults.map((fault) => fault.code))).toEqual(
      new Set(['CDC_DATABASE_UNREACHABLE', 'CLI_PORT_TAKEN', 'CLI_SERVICE_UNWELL']),
    );
    for (const { remedy } of faults) expect(remedy).toMatch(/\w/);
    expect(stdout).not.toContain('hunter2secret');
    expect(code).toBe(3);
  });

  test('doctor names a right that is missing, with the statement that grants it', async () => {
    const role = new URL(stage.databases.shop.bridgeUrl).username;
    await asSuperuser((client) => client.query(`ALTER ROLE ${role} NOREPLICATION`));
    try {
      const { code, stdout } = await overgrow(['doctor']);
      expect(stdout).toContain('CDC_NOT_ALLOWED');
      expect(stdout).toMatch(/ALTER ROLE .* REPLICATION/);
      expect(code).toBe(3);
    } finally {
      await asSuperuser((client) => client.query(`ALTER ROLE ${role} REPLICATION`));
    }
  });

  test('up on a taken port says which, exit 3, and leaves nothing running', async () => {
    const { code, stderr } = await overgrow(['up'], { OVERGROW_ADMIN_LISTEN: new URL(stage.monolithUrl).host });
    expect(stderr).toContain(`PROXY_LISTEN_FAILED: Cannot listen on ${new URL(stage.monolithUrl).host}`);
    expect(code).toBe(3);
    await leftNothing();
  });

  test('Ctrl-C while overgrow starts, copies and follows: exit 130, nothing left, the next goes on', async () => {
    for (const event of ['declared', 'replication-started', 'replication-caught-up', 'verification-passed']) {
      const up = startNodeProcess(main, ['up', '--json'], { env: stage.environment });
      let seen = '';
      await new Promise<void>((resolve, reject) => {
        up.child.stdout?.on('data', (part: Buffer) => {
          seen += part.toString();
          // A later start may find that its event has happened already.
          if (seen.includes(`"what":"${event}"`) || seen.includes('"event":"listening"')) resolve();
        });
        void up.exited.then((code) => reject(new Error(`ended with ${code}: ${up.stderr()}`)));
      });
      up.child.kill('SIGINT');
      expect(await up.exited).toBe(130);
      said.push(seen, up.stderr());
      await leftNothing();
    }
  });

  describe('beside a running overgrow', () => {
    let up: RunningUp;
    beforeAll(async () => {
      up = await stage.startUp();
      await untilReading(up);
    });
    afterAll(async () => void (await up.process.stop()));

    test('status shows it, as a table and as JSON', async () => {
      const table = await overgrow(['status']);
      expect(table).toMatchObject({ code: 0, stdout: expect.stringMatching(/reviews +reading +monolith/) as string });
      const json = await overgrow(['status', '--json']);
      expect(reviewsOf(JSON.parse(json.stdout))).toMatchObject({ phase: 'reading', owner: 'monolith' });
    });

    test('its record is for its user alone', async () => {
      expect((await stat(runFile())).mode & 0o777).toBe(0o600);
    });

    test('doctor, cdc status and cdc verify agree with it', async () => {
      expect(await overgrow(['doctor'])).toMatchObject({ code: 0 });
      expect((await overgrow(['cdc', 'status'])).stdout).toMatch(/reviews +forward +streaming/);
      const verified = await overgrow(['cdc', 'verify', 'reviews', '--json']);
      expect(verified.code).toBe(0);
      expect(JSON.parse(verified.stdout)).toMatchObject({ clean: true });
      expect((await overgrow(['cdc', 'verify', 'nothing'])).code).toBe(2);
    });

    test('a second up on the same state says what to do, and does no harm', async () => {
      const second = await overgrow(['up']);
      expect(second).toMatchObject({ code: 3, stderr: expect.stringContaining('CLI_ALREADY_RUNNING') as string });
      expect((await overgrow(['status'])).code).toBe(0);
    });

    test('cutover without --execute prints plan and gates and changes nothing', async () => {
      await untilGatesPass(up);
      const before = await ownership();
      const { code, stdout } = await overgrow(['cutover', 'reviews']);
      expect(stdout).toContain('Nothing was changed: add --execute');
      expect(stdout).toContain('✓ service-healthy');
      expect(code).toBe(0);
      expect(await ownership()).toEqual(before);
    });

    test('an unknown context is wrong usage', async () => {
      for (const more of [[], ['--execute']]) {
        const { code, stderr } = await overgrow(['cutover', 'nothing', ...more]);
        expect(stderr).toContain('CUTOVER_CONTEXT_UNKNOWN');
        expect(code).toBe(2);
      }
    });

    test('uninstall is refused while a link runs', async () => {
      const { code, stderr } = await overgrow(['uninstall', '--execute']);
      expect(stderr).toContain('CDC_STILL_RUNNING');
      expect(code).toBe(1);
    });

    test('the service is down: the gate refuses, exit 1, nothing is changed', async () => {
      await stage.service.stop();
      const before = await ownership();
      const { code, stdout } = await overgrow(['cutover', 'reviews', '--execute']);
      expect(stdout).toContain('✗ service-healthy');
      expect(code).toBe(1);
      expect(await ownership()).toEqual(before);
      await stage.startService();
    });

    test('cutover and rollback with --execute', async () => {
      await untilGatesPass(up);
      const there = await overgrow(['cutover', 'reviews', '--execute']);
      expect(there).toMatchObject({ code: 0, stdout: expect.stringContaining('The service owns reviews') as string });
      await untilGatesPass(up);
      const back = await overgrow(['rollback', 'reviews', '--execute', '--json']);
      expect(back.code).toBe(0);
      expect(JSON.parse(back.stdout)).toMatchObject({ kind: 'rolled-back' });
    });

    const ownership = async () => {
      const { owner, epoch, attempt } = reviewsOf((await up.request('GET', '/api/status')).body);
      return { owner, epoch, attempt };
    };
  });

  test('Ctrl-C right in a cutover: exit 130, the attempt is abandoned or finished, the next up can move', async () => {
    const up = await stage.startUp();
    await untilGatesPass(up);
    const answer = up.request('POST', '/api/contexts/reviews/cutover', { by: 'test' }).catch(() => undefined);
    await up
      .until('/api/status', 'in an attempt', (body) => reviewsOf(body).attempt?.finished === false, 5000)
      .catch(() => {});
    up.process.child.kill('SIGINT');
    expect(await up.process.exited).toBe(130);
    await answer;
    await leftNothing();
    const again = await stage.startUp();
    await untilGatesPass(again);
    const { owner } = reviewsOf((await again.request('GET', '/api/status')).body);
    if (owner === 'service') expect(await moveWhenReady(again, 'rollback')).toMatchObject({ kind: 'rolled-back' });
    await again.process.stop();
  });

  test('uninstall lists, and with --execute leaves nothing in either database', async () => {
    const listed = await overgrow(['uninstall', '--json']);
    const { removed, objects } = JSON.parse(listed.stdout) as { removed: boolean; objects: { kind: string }[] };
    expect(removed).toBe(false);
    expect(new Set(objects.map(({ kind }) => kind))).toEqual(
      new Set(['slot', 'publication', 'trigger', 'function', 'table', 'schema']),
    );
    expect(await overgrow(['uninstall', '--execute'])).toMatchObject({ code: 0 });
    for (const database of [stage.databases.shop, stage.databases.reviews])
      await asSuperuser(async (client) => {
        const { rows } = await client.query<{ left: string }>(catalogs);
        expect(rows).toEqual([]);
      }, database.superuserUrl);
    expect((await overgrow(['uninstall'])).stdout).toContain('Nothing of overgrow is in these databases.');
  });

  test('no output of any of these runs shows a password', () => {
    const password = new URL(stage.databases.shop.bridgeUrl).password;
    expect(password).toMatch(/^\w{18}$/);
    expect(said.join('\n')).not.toContain(password);
    expect(said.length).toBeGreaterThan(50);
  });

  async function overgrow(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const program = startNodeProcess(main, args, { env: { ...stage.environment, ...env }, cwd: folder });
    let stdout = '';
    program.child.stdout?.on('data', (part: Buffer) => (stdout += part.toString()));
    const ended = new Promise<number | null>((resolve) => program.child.once('close', (code) => resolve(code)));
    const code = await ended;
    const stderr = program.stderr();
    said.push(stdout, stderr);
    return { code, stdout, stderr };
  }

  const stateFile = () => stage.environment['OVERGROW_STATE_FILE'] ?? '';
  const runFile = () => path.join(path.dirname(stateFile()), 'run.json');

  /** Neither a record nor a listener nor a session of overgrow. */
  async function leftNothing(): Promise<void> {
    await expect(readFile(runFile())).rejects.toThrow('ENOENT');
    for (const name of ['OVERGROW_LISTEN', 'OVERGROW_ADMIN_LISTEN'])
      expect(await isPortTaken(Number(stage.environment[name]?.split(':')[1])), name).toBe(false);
  }

  async function asSuperuser(
    work: (client: pg.Client) => Promise<unknown>,
    connectionString = stage.databases.shop.superuserUrl,
  ): Promise<void> {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  }
});

const catalogs = `
  SELECT 'slot ' || slot_name AS left FROM pg_replication_slots WHERE database = current_database()
  UNION ALL SELECT 'publication ' || pubname FROM pg_publication
  UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE tgname LIKE 'overgrow%'
  UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname LIKE 'overgrow%'
  UNION ALL SELECT 'origin ' || roname FROM pg_replication_origin WHERE roname LIKE 'overgrow%'`;

const tenFaults = `version: 2
monolith: { url: not-a-url, source: . }
contexts:
  reviews: { unitz: [reviews/**], entities: [public.reviews], service: nobody }
routes:
  - name: a
    context: nowhere
    matches: [{ path: { prefix: no-slash } }]
replication:
  - context: missing
    tables: { public.reviews: reviews }
cutover: { maxLag: soon }
state: { store: floppy }
`;
