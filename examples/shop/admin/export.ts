import { once } from 'node:events';
import type { Response } from 'express';
import { db } from '../db/database.ts';
import { csvField } from '../utils/index.ts';

interface ExportRow {
  readonly id: number;
  readonly placedAt: Date;
  readonly email: string;
  readonly status: string;
  readonly items: number;
  readonly totalCents: number;
  readonly method: string | null;
  readonly tracking: string | null;
}

const batchSize = 500;

/** All orders as CSV, batch by batch and no faster than the browser reads: the whole would not fit in memory one day. */
export async function exportOrders(response: Response): Promise<void> {
  response.setHeader('content-type', 'text/csv; charset=utf-8');
  response.setHeader('content-disposition', 'attachment; filename="orders.csv"');
  response.write('id,placed_at,customer,status,items,total,payment,tracking\r\n');
  for (let after = 0; ;) {
    const { rows } = await db.query<ExportRow>({
      name: 'export-orders',
      text: `SELECT o.id, o.placed_at AS "placedAt", u.email, o.status, o.total_cents AS "totalCents", p.method, s.tracking,
                    (SELECT coalesce(sum(quantity), 0) FROM order_items i WHERE i.order_id = o.id) AS items
             FROM orders o JOIN users u ON u.id = o.user_id
             LEFT JOIN payments p ON p.order_id = o.id LEFT JOIN shipments s ON s.order_id = o.id
             WHERE o.id > $1 ORDER BY o.id LIMIT $2`,
      values: [after, batchSize],
    });
    const last = rows.at(-1);
    if (last === undefined || response.closed) break;
    after = last.id;
    const text = rows.map(renderRow).join('');
    if (!response.write(text)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}

function renderRow(row: ExportRow): string {
  const fields = [
    row.id,
    row.placedAt.toISOString(),
    row.email,
    row.status,
    row.items,
    (row.totalCents / 100).toFixed(2),
    row.method,
    row.tracking,
  ];
  return `${fields.map(csvField).join(',')}\r\n`;
}
