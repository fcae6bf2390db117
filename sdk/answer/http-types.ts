import type { IncomingMessage } from 'node:http';

/** What we need of a request; Express' and Node's own both have it, so that no type of Express is imported. */
export type AnsweringRequest = Pick<IncomingMessage, 'headers' | 'method' | 'httpVersion'>;

export type Next = (error?: unknown) => void;
