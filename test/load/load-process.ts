/** The load generator as a process of its own (closed loop, no retries). argv: a LoadOrder; IPC: LoadCommand, LoadReport. */
import type { Failure, LoadCommand, LoadOrder, LoadReport, Stretch } from './load-messages.ts';
import type { WriteRecord } from './history.ts';
import { type Answer, createShopper } from './shopper-client.ts';

const order = JSON.parse(process.argv[2] ?? '{}') as LoadOrder;
const writes: WriteRecord[] = [];
const failures: Failure[] = [];
const stretches: Stretch[] = [];
const counts = { requests: 0, failed: 0, cut: 0, contextWrites: 0 };
let latencies: number[] = [];
let secondLatencies: number[] = [];
let stretch = { name: 'start', startedAt: performance.now() };
let stopping = false;

const shoppers = Array.from({ length: order.shoppers }, (_, index) =>
  createShopper({ url: order.url, number: index + 1, seed: order.seed }),
);

function remember(answer: Answer): void {
  counts.requests += 1;
  latencies.push(answer.ms);
  secondLatencies.push(answer.ms);
  if (answer.write !== undefined) {
    counts.contextWrites += 1;
    writes.push(answer.write);
  }
  if (answer.outcome === 'acknowledged') return;
  counts[answer.outcome === 'cut' ? 'cut' : 'failed'] += 1;
  if (failures.length < 200)
    failures.push({ step: answer.step, status: answer.status, message: answer.message, during: stretch.name });
}

function mark(name: string): void {
  const now = performance.now();
  const sorted = latencies.toSorted((a, b) => a - b);
  if (sorted.length > 0) {
    stretches.push({
      name: stretch.name,
      requests: sorted.length,
      seconds: (now - stretch.startedAt) / 1000,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      longestMs: sorted.at(-1) ?? 0,
    });
  }
  latencies = [];
  stretch = { name, startedAt: now };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function shop(shopper: (typeof shoppers)[number], index: number): Promise<void> {
  const intervalMs = (1000 * order.shoppers) / order.ratePerSecond;
  let dueAt = performance.now() + (intervalMs * index) / order.shoppers;
  while (!stopping) {
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await pause(waitMs);
    else dueAt = performance.now();
    dueAt += intervalMs;
    if (stopping) return;
    const answer = await shopper.next();
    remember(answer);
    // A refused connection answers at once: without a breath a dead front door would be hammered.
    if (answer.outcome === 'cut') await pause(50);
  }
}

function send(report: LoadReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) return resolve();
    process.send(report, () => resolve());
  });
}

process.on('message', (command: LoadCommand) => {
  if (command.kind === 'mark') mark(command.name);
  else stopping = true;
});
process.on('disconnect', () => process.exit(1));
process.on('SIGINT', () => {});

const logins = await Promise.all(shoppers.map((shopper) => shopper.enter()));
const refused = logins.find((answer) => answer.outcome !== 'acknowledged');
if (refused !== undefined) throw new Error(`login was answered ${refused.status}: ${refused.message}`);
await send({ kind: 'ready' });
stretch = { name: 'start', startedAt: performance.now() };

const ticker = setInterval(() => {
  const sorted = secondLatencies.toSorted((a, b) => a - b);
  secondLatencies = [];
  void send({
    kind: 'second',
    requests: sorted.length,
    p99Ms: quantile(sorted, 0.99),
    failed: counts.failed,
    cut: counts.cut,
  });
}, 1000);

await Promise.all(shoppers.map(shop));
clearInterval(ticker);
mark('end');
await send({ kind: 'summary', summary: { ...counts, failures, writes, stretches } });
await Promise.all(shoppers.map((shopper) => shopper.close()));
process.disconnect?.();
