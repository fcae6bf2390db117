import { LatencyHistogram, quantileMs } from './latency-histogram.ts';

/** Length of a window in which rates and quantiles are counted. Two are kept: the running one and the one before. */
const windowMs = 10_000;

/** Rate, errors and duration of one route at one backend. */
export class ExchangeStats {
  readonly route: string;
  readonly backend: string;
  /** By first digit of the status; 0: the client left before the answer was complete. */
  readonly byClass = new Float64Array(6);
  /** Since the start. */
  readonly total = new LatencyHistogram();
  #running = new LatencyHistogram();
  #before = new LatencyHistogram();
  #runningErrors = 0;
  #beforeErrors = 0;
  #windowStartMs: number;

  constructor(route: string, backend: string, nowMs: number) {
    this.route = route;
    this.backend = backend;
    this.#windowStartMs = nowMs;
  }

  record(status: number, durationMs: number, nowMs: number): void {
    const statusClass = status === 0 ? 0 : Math.min(5, Math.floor(status / 100));
    this.byClass[statusClass] = (this.byClass[statusClass] ?? 0) + 1;
    if (nowMs - this.#windowStartMs >= windowMs) this.#turn(nowMs);
    if (statusClass === 5) this.#runningErrors++;
    this.total.record(durationMs);
    this.#running.record(durationMs);
  }

  /** Over the last 10 to 20 seconds. */
  recent(nowMs: number): {
    ratePerSecond: number;
    errorsPerSecond: number;
    p50Ms: number | null;
    p99Ms: number | null;
  } {
    if (nowMs - this.#windowStartMs >= windowMs) this.#turn(nowMs);
    const seconds = (nowMs - this.#windowStartMs + windowMs) / 1000;
    const histograms = [this.#running, this.#before];
    return {
      ratePerSecond: (this.#running.count + this.#before.count) / seconds,
      errorsPerSecond: (this.#runningErrors + this.#beforeErrors) / seconds,
      p50Ms: quantileMs(histograms, 0.5),
      p99Ms: quantileMs(histograms, 0.99),
    };
  }

  #turn(nowMs: number): void {
    const [running, before] = [this.#running, this.#before];
    before.clear();
    const idle = nowMs - this.#windowStartMs >= 2 * windowMs;
    if (idle) running.clear();
    this.#before = running;
    this.#running = before;
    this.#beforeErrors = idle ? 0 : this.#runningErrors;
    this.#runningErrors = 0;
    this.#windowStartMs = nowMs;
  }
}
