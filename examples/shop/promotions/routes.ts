import { Router } from 'express';
import { parseId, readFields } from '../utils/index.ts';
import { previewCents } from './promotions.ts';

export const promotionRoutes = Router();

promotionRoutes.get('/api/products/:id/preview', async (request, response) => {
  const fields = readFields(request.query);
  const code = fields.text('code', { max: 40 });
  fields.done();
  response.json({ priceCents: await previewCents(parseId(request.params.id), code) });
});
