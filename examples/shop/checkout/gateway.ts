import { randomUUID } from 'node:crypto';
import { HttpError } from '../utils/index.ts';

export type PaymentMethod = { readonly kind: 'card'; readonly token: string } | { readonly kind: 'invoice' };

/** An invoice is a risk: not for more than this. */
const maxInvoiceCents = 50_000;

/** The payment provider of the example: it knows its test cards and never calls anybody. */
export function authorise(amountCents: number, method: PaymentMethod): { readonly reference: string } {
  if (method.kind === 'invoice') {
    if (amountCents > maxInvoiceCents) throw declined('An order of this size cannot be paid by invoice.');
    return { reference: `invoice-${randomUUID()}` };
  }
  if (method.token === 'tok_declined') throw declined('The card was declined.');
  if (!/^tok_[a-z0-9]{2,40}$/.test(method.token)) throw declined('This is no card that we know.');
  return { reference: `card-${randomUUID()}` };
}

const declined = (message: string) => new HttpError(402, 'payment_declined', message);
