/** What a part does when it meets the error: `disposition` reads it. */
export type Disposition = 'retry' | 'resnapshot' | 'halt';

/** CLI exit: 1 a gate failed, 2 usage or manifest, 3 environment. */
export type ExitCode = 1 | 2 | 3;

export interface CodeEntry {
  /** What is wrong, for someone who meets it the first time. */
  readonly summary: string;
  /** What to do next. */
  readonly remedy: string;
  readonly exit: ExitCode;
  readonly disposition: Disposition;
}
