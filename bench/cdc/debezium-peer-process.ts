import { execFile, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const source = path.join(import.meta.dirname, 'debezium-peer');

/** Fetches Debezium from Maven Central and compiles the program around it, once into a folder. @returns its class path. */
export async function buildPeer(folder: string): Promise<string> {
  const libs = path.join(folder, 'libs');
  const classes = path.join(folder, 'classes');
  if (!existsSync(libs)) {
    const pom = path.join(source, 'pom.xml');
    await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${libs}`]);
  }
  await mkdir(classes, { recursive: true });
  await run('javac', ['-cp', `${libs}/*`, '-d', classes, path.join(source, 'DebeziumPeer.java')]);
  return `${libs}/*:${classes}`;
}

export interface PeerOptions {
  readonly classPath: string;
  /** For its offsets and properties. */
  readonly folder: string;
  readonly url: string;
  readonly slot: string;
  readonly properties: Readonly<Record<string, string>>;
  /** Undefined: events are read and dropped, and counted. */
  readonly output: string | undefined;
}

export interface Peer {
  readonly pid: number;
  /** Events so far, of a peer without output. */
  count(): number;
  stop(): Promise<void>;
}

export async function startPeer(options: PeerOptions): Promise<Peer> {
  const url = new URL(options.url);
  const name = path.join(options.folder, options.slot);
  const properties = {
    name: options.slot,
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'offset.storage': 'org.apache.kafka.connect.storage.FileOffsetBackingStore',
    'offset.storage.file.filename': `${name}.offsets`,
    'offset.flush.interval.ms': '1000',
    'database.hostname': url.hostname,
    'database.port': url.port,
    'database.user': url.username,
    'database.password': decodeURIComponent(url.password),
    'database.dbname': url.pathname.slice(1),
    'plugin.name': 'pgoutput',
    'slot.name': options.slot,
    'slot.drop.on.stop': 'false',
    'publication.autocreate.mode': 'filtered',
    'poll.interval.ms': '5',
    ...options.properties,
  };
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value.replaceAll('\\', String.raw`\\`)}`);
  await writeFile(`${name}.properties`, lines.join('\n'));
  const child = spawn(
    'java',
    [
      '-Xmx1g',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
      `-Dorg.slf4j.simpleLogger.logFile=${name}.log`,
      '-cp',
      options.classPath,
      'DebeziumPeer',
      `${name}.properties`,
      ...(options.output === undefined ? [] : [options.output]),
    ],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let count = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    count = Number(/count (\d+)[^\n]*\n*$/.exec(chunk.toString())?.[1] ?? count);
  });
  return {
    pid: child.pid ?? 0,
    count: () => count,
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
