export { readConfig, type ShopConfig } from './config.ts';
export { migrate } from './db/migrate.ts';
export { runNightly, type NightlyOptions, type NightlyResult } from './jobs/nightly.ts';
export { seed, type SeedOptions, type SeedResult } from './seed/seed.ts';
export { startShop, type Shop } from './server.ts';
