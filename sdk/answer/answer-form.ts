/** The answer's header that tells the proxy how many bytes are the client's. */
export const answerLengthHeader = 'overgrow-answer-length';

export interface AnswerFacts {
  /** The request carried `overgrow-owners`. */
  readonly hasOwners: boolean;
  readonly httpVersion: string;
  readonly method: string | undefined;
  readonly status: number;
  /** Tasks are registered. */
  readonly hasTasks: boolean;
}

/**
 * How an answer is sent, docs/reference/after-protocol.md:
 * - `plain`: as the handler wrote it; tasks run after it, and nobody waits.
 * - `message`: the head and body leave at once, the end of the message waits for the tasks.
 * - `whole`: such a message cannot show its end (no body, or HTTP/1.0), so all of it waits for the tasks.
 */
export type AnswerForm = 'plain' | 'message' | 'whole';

export function decideAnswerForm(facts: AnswerFacts): AnswerForm {
  if (!facts.hasOwners || !facts.hasTasks) return 'plain';
  const hasBody = facts.method !== 'HEAD' && facts.status !== 204 && facts.status !== 304;
  return hasBody && facts.httpVersion === '1.1' ? 'message' : 'whole';
}
