import { migrateReviews, readConfig, startReviews } from './index.ts';

const [command] = process.argv.slice(2);
const config = readConfig(process.env);

function tell(event: string, fields: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}

if (command === 'migrate') {
  tell('migrated', { migrations: await migrateReviews(config.databaseUrl) });
} else if (command === 'serve') {
  const service = await startReviews(config);
  const end = () => void service.stop().then(() => tell('stopped', {}));
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  tell('listening', { url: service.url });
} else {
  process.stderr.write('usage: node examples/shop/services/reviews/main.ts migrate | serve\n');
  process.exitCode = 2;
}
