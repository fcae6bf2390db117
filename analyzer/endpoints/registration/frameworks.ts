import { express } from '../express/express-framework.ts';
import { fastify } from '../fastify/fastify-framework.ts';
import { finale } from '../express/finale-framework.ts';
import { hono } from '../hono/hono-framework.ts';
import { koa } from '../koa/koa-framework.ts';
import type { RouterFramework } from './framework.ts';

/** Every framework whose routes are registered by calls. A new one is a folder beside this and a line here. */
export const frameworks: readonly RouterFramework[] = [express, koa, fastify, hono, finale];

const packages = new Set(frameworks.flatMap((framework) => [...framework.packages]));

export function isFrameworkPackage(specifier: string): boolean {
  return packages.has(specifier);
}
