export { readConfig, type ReviewsConfig } from './config.ts';
export { migrateReviews } from './migrate.ts';
export { startReviews, type ReviewsService } from './server.ts';
export {
  createShopClient,
  type Caller,
  type Purchase,
  type ShopClient,
  type ShopClientOptions,
} from './shop/shop-client.ts';
