export type SdkErrorCode = 'SDK_NOT_MOUNTED' | 'SDK_TASK_TOO_LATE' | 'SDK_WRITE_AFTER_END';

/** A wrong use of the sdk, found at run time. */
export class SdkError extends Error {
  readonly code: SdkErrorCode;

  constructor(code: SdkErrorCode, message: string) {
    super(message);
    this.name = 'SdkError';
    this.code = code;
  }
}
