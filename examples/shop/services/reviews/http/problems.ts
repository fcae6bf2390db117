/** An error that is an answer, in the shop's own form: clients can't tell who answered. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: Readonly<Record<string, string>> | undefined;

  constructor(status: number, code: string, message: string, fields?: Readonly<Record<string, string>>) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

export const noReview = () => new Problem(404, 'not_found', 'There is no such review.');
