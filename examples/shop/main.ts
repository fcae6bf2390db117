import { readConfig } from './config.ts';
import { migrate, runNightly, seed, startShop } from './index.ts';

const usage = 'usage: node examples/shop/main.ts migrate | seed [scale] | serve | nightly';

function tell(event: string, fields: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}

const [command, argument] = process.argv.slice(2);
const config = readConfig(process.env);

if (command === 'migrate') {
  tell('migrated', { migrations: await migrate(config.databaseUrl) });
} else if (command === 'seed') {
  const scale = Number(argument ?? 1);
  if (!(scale > 0)) throw new Error(usage);
  tell('seeded', { ...(await seed(config.databaseUrl, { scale })) });
} else if (command === 'nightly') {
  tell('nightly', { ...(await runNightly(config)) });
} else if (command === 'serve') {
  const shop = await startShop(config);
  const end = () => void shop.stop().then(() => tell('stopped', {}));
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  tell('listening', { url: shop.url });
} else {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
}
