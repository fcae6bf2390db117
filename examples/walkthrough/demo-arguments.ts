import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** Leave everything running at the end and print the addresses. */
  readonly keep: boolean;
  /** A PostgreSQL server to use instead of the embedded one, as a superuser. */
  readonly database: string | undefined;
  /** Of the front door; the admin page is on the next one. */
  readonly port: number;
  readonly scale: number;
  readonly ratePerSecond: number;
  /** How long each owner serves under load before the next switch. */
  readonly restSeconds: number;
}

export const demoUsage = `npm run demo -- [options]

  --keep            leave everything running at the end, and print the addresses
  --database URL    use this PostgreSQL server (superuser, wal_level=logical) instead of the embedded one
  --port N          port of the front door (default 8080); the admin page is on N + 1
  --scale X         size of the shop's data, 1 is 20,000 reviews (default 1)
  --rate N          requests a second (default 400)
  --rest SECONDS    time between two switches (default 10)`;

/** @throws Error with a sentence for the user. */
export function parseDemoArguments(argv: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      keep: { type: 'boolean', default: false },
      database: { type: 'string' },
      port: { type: 'string', default: '8080' },
      scale: { type: 'string', default: '1' },
      rate: { type: 'string', default: '400' },
      rest: { type: 'string', default: '10' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const number = (name: 'port' | 'scale' | 'rate' | 'rest') => {
    const value = Number(values[name]);
    if (Number.isFinite(value) && value > 0) return value;
    throw new Error(`--${name} takes a number above 0, not "${values[name]}".`);
  };
  return {
    keep: values.keep,
    database: values.database,
    port: number('port'),
    scale: number('scale'),
    ratePerSecond: number('rate'),
    restSeconds: number('rest'),
  };
}
