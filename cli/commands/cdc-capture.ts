import { capture, type CaptureProgress } from '@overgrow/cdc';
import { OvergrowError, parseDurationMs, systemClock } from '@overgrow/core';
import { Command, Option } from 'commander';
import { captureProperties, type PropertyOptions } from '../capture/capture-properties.ts';
import { readConnector } from '../capture/connector-files.ts';
import { parseSink } from '../capture/open-sink-files.ts';
import type { Outcome } from '../program.ts';
import type { Terminal } from '../terminal.ts';

interface Options extends PropertyOptions {
  readonly source?: string;
  readonly to: string;
  readonly connector?: string;
  readonly snapshot?: 'initial' | 'never' | 'only';
  readonly slot?: string;
  readonly publication?: string;
  readonly untilCaughtUp?: boolean;
  readonly count?: number;
  readonly timeout?: number;
}

/** What `source.version` says: the version of Debezium whose envelope this is. */
const envelopeVersion = '3.6.1.Final';

/** `overgrow cdc capture`: change events of a database, without a manifest. */
export function captureCommand(terminal: Terminal, outcome: Outcome): Command {
  return new Command('capture')
    .description("Change events of a PostgreSQL database in Debezium's envelope, a line of JSON each.")
    .option('--source <url>', 'the database; its user needs REPLICATION and SELECT')
    .option('--tables <patterns>', "tables, as 'public.*' or 'public.orders,public.customers'; all without it")
    .option('--prefix <name>', "Debezium's topic.prefix")
    .option('--to <sink>', 'stdout or file:<path>', 'stdout')
    .addOption(
      new Option('--snapshot <when>', 'read the tables first: where the slot is new, never, or nothing else').choices([
        'initial',
        'never',
        'only',
      ]),
    )
    .option('--slot <name>', 'a replication slot that is kept, and gone on from in the next run; else one that ends')
    .option('--publication <name>', 'used as it is, or created for the tables (default: "dbz_publication")')
    .option('--debezium <property=value>', "a property under Debezium's name; may be repeated", collect, [])
    .option('--connector <file>', 'properties of a Kafka Connect connector, as JSON')
    .option('--schemas', 'put its schema beside each key and value')
    .option('--until-caught-up', 'end when everything that is committed now is out')
    .option('--count <lines>', 'end after so many lines', parseCount)
    .option('--timeout <duration>', 'end after this time; exit 1 when something else was waited for', parseTimeout)
    .action((options: Options) => run(terminal, outcome, options));
}

async function run(terminal: Terminal, outcome: Outcome, options: Options): Promise<void> {
  outcome.endsInOrder = true;
  const connector = options.connector === undefined ? {} : await readConnector(options.connector, terminal.cwd);
  const properties = captureProperties(options, connector);
  const url = options.source ?? properties.url;
  if (url === undefined) {
    throw new OvergrowError('USAGE_INVALID', 'There is no database to capture.', {
      hint: 'Say --source postgres://user@host/database.',
    });
  }
  const openSink = parseSink(options.to, terminal.cwd);
  const timeout = new AbortController();
  const timer = options.timeout === undefined ? undefined : setTimeout(() => timeout.abort(), options.timeout);
  try {
    const { end, events } = await capture({
      url,
      properties,
      version: envelopeVersion,
      slot: options.slot ?? properties.slot,
      publication: options.publication ?? properties.publication ?? 'dbz_publication',
      snapshot: options.snapshot ?? properties.snapshot ?? 'initial',
      until: { caughtUp: options.untilCaughtUp === true, events: options.count },
      openSink,
      clock: systemClock,
      signal: AbortSignal.any([terminal.signal, timeout.signal]),
      onProgress: progressOf(terminal, options),
    });
    const waited = options.untilCaughtUp === true || options.count !== undefined;
    if (end === 'stopped' && timeout.signal.aborted && waited) {
      outcome.exitCode = 1;
      terminal.complain(`After ${events} events the time was over.`);
    }
  } catch (error) {
    if (!timeout.signal.aborted || error !== timeout.signal.reason) throw error;
    outcome.exitCode = 1;
    terminal.complain('The time was over before the snapshot was complete; it begins anew in the next run.');
  } finally {
    clearTimeout(timer);
  }
}

/** Only beside a file: on a terminal the events themselves are the progress. */
const progressOf = (terminal: Terminal, { to }: Options) => {
  let told = 0;
  return ({ phase, events }: CaptureProgress) => {
    if (to === 'stdout' || events - told < 1000) return;
    told = events;
    terminal.progress(`${phase}: ${events} events`);
  };
};

const collect = (value: string, values: readonly string[]) => [...values, value];

function parseCount(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new OvergrowError('USAGE_INVALID', `--count takes a number of lines, not "${text}".`);
}

function parseTimeout(text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== undefined) return ms;
  throw new OvergrowError('USAGE_INVALID', `--timeout takes a duration such as 60s, not "${text}".`);
}
