import type { CapturePosition } from '../capture/capture-position.ts';
import type { ChangeEvent } from '../envelope/change-event.ts';

/**
 * Where change events go. Events are written in order; `commit` resolves when all of them are where they survive a crash, and
 * only then may the source forget them.
 */
export interface EventSink extends AsyncDisposable {
  /** How far an earlier run came into this sink; undefined when it does not know. */
  readonly resumeAt: CapturePosition | undefined;
  /** Resolves when the sink takes more. */
  write(events: readonly ChangeEvent[]): Promise<void>;
  commit(position: CapturePosition): Promise<void>;
}
