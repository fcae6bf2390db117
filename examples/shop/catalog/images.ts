import { createHash } from 'node:crypto';
import { db } from '../db/database.ts';
import { FOREIGN_KEY_VIOLATION, HttpError, notFound, pgCode } from '../utils/index.ts';

/** By its first bytes, never by what the browser says of it. */
const signatures: readonly (readonly [string, readonly number[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
];

export function imageType(bytes: Buffer): string | undefined {
  return signatures.find(([, signature]) => signature.every((byte, at) => bytes[at] === byte))?.[0];
}

export async function storeImage(productId: number, bytes: Buffer, userId: number): Promise<number> {
  const contentType = imageType(bytes);
  if (contentType === undefined) {
    throw new HttpError(422, 'validation_failed', 'The file is no PNG, JPEG or GIF.', { image: 'is no picture' });
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  try {
    const { rows } = await db.query<{ id: number }>(
      `INSERT INTO product_images (product_id, content_type, bytes, sha256, position, uploaded_by)
       SELECT $1, $2, $3, $4, coalesce(max(position) + 1, 0), $5 FROM product_images WHERE product_id = $1
       RETURNING id`,
      [productId, contentType, bytes, sha256, userId],
    );
    return rows[0]?.id ?? 0;
  } catch (error) {
    if (pgCode(error) === FOREIGN_KEY_VIOLATION) throw notFound('product');
    throw error;
  }
}

export async function findImage(
  id: number,
): Promise<{ readonly contentType: string; readonly bytes: Buffer; readonly sha256: string }> {
  const { rows } = await db.query<{ contentType: string; bytes: Buffer; sha256: string }>(
    'SELECT content_type AS "contentType", bytes, sha256 FROM product_images WHERE id = $1',
    [id],
  );
  const image = rows[0];
  if (image === undefined) throw notFound('image');
  return image;
}
