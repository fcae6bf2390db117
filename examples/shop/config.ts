/** What the shop reads from its environment. */
export interface ShopConfig {
  readonly port: number;
  readonly databaseUrl: string;
  /** Where the reviews service answers, when there is one. */
  readonly reviewsUrl: string | undefined;
  /** Where browsers see the shop; forms from elsewhere are refused. */
  readonly origin: string | undefined;
}

export function readConfig(env: NodeJS.ProcessEnv): ShopConfig {
  const databaseUrl = env['DATABASE_URL'];
  if (databaseUrl === undefined || databaseUrl === '') throw new Error('DATABASE_URL is missing');
  const port = Number(env['PORT'] ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a number from 0 to 65535');
  return {
    port,
    databaseUrl,
    reviewsUrl: env['REVIEWS_URL'] || undefined,
    origin: env['SHOP_ORIGIN'] || undefined,
  };
}
