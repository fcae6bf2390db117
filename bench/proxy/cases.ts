/** The last octets of every answer: the load generator knows by them that an answer is whole. */
export const endMark = '<<end of answer>>';

export interface BenchCase {
  readonly name: string;
  readonly connections: number;
  readonly request: string;
}

const head = (line: string, ...more: readonly string[]) =>
  [
    `${line} HTTP/1.1`,
    'Host: shop.test',
    'User-Agent: bench',
    'Accept: text/html,application/json',
    'Accept-Encoding: gzip',
    'Cookie: overgrow-bucket=0123456789abcdef; session=abcdefghijklmnopqrstuvwxyz',
    ...more,
    '',
    '',
  ].join('\r\n');

export const benchCases: readonly BenchCase[] = [
  { name: 'small GET, 64 connections', connections: 64, request: head('GET /bench/100') },
  {
    name: 'POST 4 KiB, 64 connections',
    connections: 64,
    request: `${head('POST /bench/100', 'Content-Type: text/plain', 'Content-Length: 4096')}${'b'.repeat(4096)}`,
  },
  { name: '64 KiB answer, 64 connections', connections: 64, request: head('GET /bench/65536') },
];
