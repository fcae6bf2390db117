/** What the service reads from its environment. */
export interface ReviewsConfig {
  readonly port: number;
  readonly databaseUrl: string;
  /** Where the shop answers who a caller is. */
  readonly shopUrl: string;
}

export function readConfig(env: NodeJS.ProcessEnv): ReviewsConfig {
  const required = (name: string) => {
    const value = env[name];
    if (value === undefined || value === '') throw new Error(`${name} is missing`);
    return value;
  };
  const port = Number(env['PORT'] ?? 4001);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a number from 0 to 65535');
  return { port, databaseUrl: required('DATABASE_URL'), shopUrl: env['SHOP_URL'] ?? 'http://127.0.0.1:3000' };
}
