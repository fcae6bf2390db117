/** One exchange that is over, as access log and span tell it. */
export interface ExchangeRecord {
  /** When the request head had come, milliseconds since 1970. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly method: string;
  /** Path and query as forwarded. */
  readonly target: string;
  readonly host: string;
  /** `1.1`, `1.0` or `2.0`. */
  readonly httpVersion: string;
  /** 0: the client left before it had the whole answer. */
  readonly status: number;
  /** Octets of the answer's body. */
  readonly bytes: number;
  /** As far as the trust list lets it be known. */
  readonly clientAddress: string;
  readonly requestId: string | undefined;
  readonly route: string;
  /** Undefined: no backend heard of it. */
  readonly backend: string | undefined;
  readonly reason: string | undefined;
  readonly userAgent: string | undefined;
  readonly referer: string | undefined;
  readonly traceId: string | undefined;
}
