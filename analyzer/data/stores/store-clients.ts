import { files } from '../files/index.ts';
import { hosts } from '../hosts/index.ts';
import { mikroOrm } from '../mikro-orm/index.ts';
import { mongodb } from '../mongodb/index.ts';
import { mongoose } from '../mongoose/index.ts';
import { redis } from '../redis/index.ts';
import { sequelize } from '../sequelize/index.ts';
import { typeorm } from '../typeorm/index.ts';
import type { StoreClient } from './store-client.ts';

/** Every client whose stores are known by value. */
export const storeClients: readonly StoreClient[] = [
  files,
  hosts,
  mikroOrm,
  mongodb,
  mongoose,
  redis,
  sequelize,
  typeorm,
];
