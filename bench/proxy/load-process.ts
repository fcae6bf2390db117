import { connect } from 'node:net';
import { benchCases, endMark } from './cases.ts';

/**
 * A closed loop on bare sockets: each connection sends its next request when its answer is whole. One process, no parser: an
 * answer is whole when its last octets are the mark. Message `{ port, case, seconds }` → `{ requests, seconds, errors, p50Ms, p99Ms }`.
 */
interface Order {
  readonly port: number;
  readonly case: string;
  readonly seconds: number;
}

const mark = Buffer.from(endMark);

function run({ port, case: name, seconds }: Order): Promise<unknown> {
  const { connections, request } = benchCases.find((each) => each.name === name) ??
    benchCases[0] ?? { connections: 0, request: '' };
  const bytes = Buffer.from(request, 'latin1');
  const latencies: number[] = [];
  let errors = 0;
  let open = connections;
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  return new Promise((resolve) => {
    const done = () => {
      if (--open > 0) return;
      const sorted = latencies.toSorted((one, other) => one - other);
      const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? null;
      resolve({
        requests: latencies.length,
        seconds: (performance.now() - startMs) / 1000,
        errors,
        p50Ms: at(0.5),
        p99Ms: at(0.99),
      });
    };
    for (let index = 0; index < connections; index++) {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let sentMs = 0;
      let first = true;
      const send = () => {
        sentMs = performance.now();
        first = true;
        socket.write(bytes);
      };
      socket.on('connect', send);
      socket.on('data', (chunk) => {
        if (first && chunk.toString('latin1', 9, 12) !== '200') errors++;
        first = false;
        const whole =
          chunk.length >= mark.length && chunk.compare(mark, 0, mark.length, chunk.length - mark.length) === 0;
        if (!whole) return;
        latencies.push(performance.now() - sentMs);
        if (performance.now() < endMs) send();
        else socket.destroy();
      });
      socket.on('error', () => errors++);
      socket.on('close', done);
    }
  });
}

process.on('message', (order: Order) => void run(order).then((result) => process.send?.(result)));
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
