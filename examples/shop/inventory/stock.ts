import type { Queryable } from '../db/database.ts';
import { HttpError } from '../utils/index.ts';

export interface StockLine {
  readonly productId: number;
  readonly quantity: number;
}

/**
 * Takes the lines out of the stock, or throws 409 and the caller's transaction rolls all back. In the order of products,
 * so that two orders with the same products in another order do not wait for each other in a circle.
 */
export async function takeStock(tx: Queryable, orderId: number, lines: readonly StockLine[]): Promise<void> {
  for (const line of lines.toSorted((a, b) => a.productId - b.productId)) {
    const { rowCount } = await tx.query(
      'UPDATE stock SET on_hand = on_hand - $2, updated_at = now() WHERE product_id = $1 AND on_hand >= $2',
      [line.productId, line.quantity],
    );
    if (rowCount === 0) {
      throw new HttpError(409, 'out_of_stock', `Product ${line.productId} is not in stock in this quantity.`);
    }
  }
  await tx.query(
    `INSERT INTO stock_movements (product_id, quantity, reason, order_id)
     SELECT product_id, -quantity, 'sale', $1 FROM unnest($2::bigint[], $3::int[]) AS line (product_id, quantity)`,
    [orderId, lines.map((line) => line.productId), lines.map((line) => line.quantity)],
  );
}

export async function productsToReorder(
  on: Queryable,
): Promise<readonly { readonly productId: number; readonly onHand: number }[]> {
  const { rows } = await on.query<{ productId: number; onHand: number }>(
    `SELECT product_id AS "productId", on_hand AS "onHand" FROM stock WHERE on_hand <= reorder_at ORDER BY on_hand, product_id`,
  );
  return rows;
}
