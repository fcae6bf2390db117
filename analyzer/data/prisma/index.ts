import type { Adapter } from '../../adapters/adapter.ts';
import { collectPrisma } from './collect-prisma.ts';
import { linkPrisma } from './link-prisma.ts';
import { readPrismaSchema } from './prisma-schema.ts';
import type { PrismaFound } from './prisma-summary.ts';

/** Prisma: models of `.prisma` files, and calls of the generated client through whatever holds it. */
export const prisma: Adapter<PrismaFound> = {
  name: 'prisma',
  collect: collectPrisma,
  files: {
    pattern: /\.prisma$/,
    read: (text) => {
      const schema = readPrismaSchema(text);
      return schema === undefined ? undefined : { kind: 'schema', schema };
    },
  },
  link: linkPrisma,
};
