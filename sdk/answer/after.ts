import type { ServerResponse } from 'node:http';
import { ownersValue } from '../owners/owner-of.ts';
import { isOwnershipRefusal } from '../refusal/ownership-refusal.ts';
import { deferEnd } from './defer-end.ts';
import type { AnsweringRequest, Next } from './http-types.ts';
import { SdkError } from './sdk-error.ts';

/** Work that goes on after the answer. It may fail: the failure is reported, and the process goes on. */
export type Task = () => unknown;

export interface OvergrowOptions {
  /** Called with what a task threw. Its own failure is ignored: nothing may end the process here. */
  readonly onTaskError: (error: unknown) => void;
}

/** Counted since the middleware was made; for the metrics page of the monolith. */
export interface OvergrowCounts {
  /** Tasks that have ended, well or not. */
  tasks: number;
  failedTasks: number;
  /** Requests answered 503 because the guard refused their write. */
  refused: number;
  /** Writes that the guard refused after the answer was out. Must stay 0. */
  refusedAfterAnswer: number;
}

export interface OvergrowMiddleware {
  (request: AnsweringRequest, response: ServerResponse, next: Next): void;
  readonly counts: Readonly<OvergrowCounts>;
  /** Resolves when no task runs. Call it after `server.close()` and before the database pool ends. */
  drain(): Promise<void>;
}

/** What the middleware knows of one answer. */
export interface Attachment {
  readonly counts: OvergrowCounts;
  readonly tasks: Task[];
  isHeadWritten(): boolean;
  startIfClosed(): void;
}

const attachments = new WeakMap<ServerResponse, Attachment>();

export const attachmentOf = (response: ServerResponse): Attachment | undefined => attachments.get(response);

/**
 * The middleware that `after` and `ownershipRefused` need; mount it before everything that writes answers.
 * It has the shape of Express' middleware, and works as `overgrow(…)(request, response, () => {})` with `node:http`.
 */
export function overgrow(options: OvergrowOptions): OvergrowMiddleware {
  const counts: OvergrowCounts = { tasks: 0, failedTasks: 0, refused: 0, refusedAfterAnswer: 0 };
  const running = new Set<Promise<void>>();

  const run = async (task: Task): Promise<void> => {
    try {
      await task();
    } catch (error) {
      counts.failedTasks += 1;
      if (isOwnershipRefusal(error)) counts.refusedAfterAnswer += 1;
      report(options, error);
    }
    counts.tasks += 1;
  };
  const runAll = (tasks: readonly Task[]): Promise<void> => {
    const all = Promise.all(tasks.map(run)).then(() => void running.delete(all));
    running.add(all);
    return all;
  };

  const middleware = (request: AnsweringRequest, response: ServerResponse, next: Next): void => {
    const tasks: Task[] = [];
    let started: Promise<void> | undefined;
    const start = () => (started ??= tasks.length === 0 ? Promise.resolve() : runAll(tasks));
    const answer = deferEnd(request, response, {
      hasOwners: ownersValue(request) !== undefined,
      hasTasks: () => tasks.length > 0,
      start,
    });
    attachments.set(response, {
      counts,
      tasks,
      isHeadWritten: () => answer.isHeadWritten(),
      startIfClosed: () => {
        if (response.closed) queueMicrotask(() => void start());
      },
    });
    // Both a whole answer and a connection that was cut: the work was promised, so it is done.
    response.once('close', () => void start());
    next();
  };

  return Object.assign(middleware, {
    counts,
    drain: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  });
}

/**
 * Registers work that goes on after the answer, such as screening a text or sending a mail. The request counts as
 * unfinished at the proxy until it has ended (docs/reference/after-protocol.md), so a fence waits for its writes.
 * Tasks of one answer start together when the handler has ended the answer.
 * @throws SdkError `SDK_NOT_MOUNTED` without `overgrow()`, `SDK_TASK_TOO_LATE` when the head is already written.
 */
export function after(response: ServerResponse, task: Task): void {
  const attachment = attachments.get(response);
  if (attachment === undefined) {
    throw new SdkError('SDK_NOT_MOUNTED', 'after() needs the middleware: app.use(overgrow({ … })) before the routes.');
  }
  if (attachment.isHeadWritten()) {
    throw new SdkError(
      'SDK_TASK_TOO_LATE',
      'after() was called when the head of the answer was already written, so the proxy cannot learn of this work. Call it before send(), json(), write() or end().',
    );
  }
  attachment.tasks.push(task);
  attachment.startIfClosed();
}

function report(options: OvergrowOptions, error: unknown): void {
  try {
    options.onTaskError(error);
  } catch {
    // A logger that fails must not turn a failed task into an ended process.
  }
}
