import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { extractFacts } from '../../facts/extract-facts.ts';
import type { Facts } from '../../facts/facts.ts';

describe('calls on what is injected lead to the class behind it', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await extractFacts(path.join(import.meta.dirname, 'fixtures/shops'));
  });
  const edges = (from: string, kind: string) =>
    (facts.dependencies ?? []).filter((edge) => edge.from === from && edge.kind === kind).map(({ to }) => to);

  test('NestJS: tokens, useClass, useExisting, useFactory, forwardRef, properties, dynamic modules', () => {
    expect(edges('nest/orders.ts#Orders.place', 'call')).toEqual([
      'nest/mailer.ts#PigeonMailer.post',
      'nest/parcels.ts#Parcels.pack',
      'nest/stock.ts#Clock.now',
      'nest/stock.ts#NoTaxes.rate',
      'nest/stock.ts#Prices.sum',
      'nest/stock.ts#ShelfStock.take',
    ]);
  });

  test('an interface or abstract class with one implementation is that implementation', () => {
    expect(edges('nest/stock.ts#Prices.sum', 'call')).toEqual(['nest/stock.ts#ListPrices.of']);
  });

  test('an inherited constructor fills the fields of its class', () => {
    expect(edges('nest/orders.ts#GiftOrders.wrap', 'call')).toContain('nest/orders.ts#Orders.place');
  });

  test('injection is a dependency of the class', () => {
    expect(edges('nest/orders.ts#Orders', 'inject')).toEqual([
      'nest/mailer.ts#PigeonMailer',
      'nest/parcels.ts#Parcels',
      'nest/stock.ts#Clock',
      'nest/stock.ts#ListPrices',
      'nest/stock.ts#NoTaxes',
      'nest/stock.ts#ShelfStock',
    ]);
  });

  test('inversify: bindings by symbol, fields assigned in the constructor, container.get', () => {
    expect(edges('inversify/window.ts#Window.light', 'call')).toEqual(['inversify/lamps.ts#OilLamp.light']);
    expect(edges('inversify/container.ts#open', 'call')).toEqual(['inversify/window.ts#Window.light']);
  });

  test('tsyringe: registered names and container.resolve', () => {
    expect(edges('tsyringe/till.ts#Till.close', 'call')).toEqual(['tsyringe/till.ts#Crowns.count']);
    expect(edges('tsyringe/till.ts#evening', 'call')).toContain('tsyringe/till.ts#Till.close');
  });

  test('awilix: what is registered under the name of a parameter', () => {
    expect(edges('awilix/baker.js#Baker.bake', 'call')).toEqual(['awilix/flour.js#weigh']);
    expect(edges('awilix/sales.js#sell', 'call')).toEqual(['awilix/baker.js#Baker.bake']);
  });

  test('by hand: what a constructor or factory is always handed', () => {
    expect(edges('by-hand/gate.js#Gate.open', 'call')).toEqual(['by-hand/shed.js#Shed.fetch']);
    expect(edges('by-hand/herbs.js#cut', 'call')).toEqual(['by-hand/shed.js#Shed.fetch']);
  });

  test('what is provided in two ways is reported, not guessed', () => {
    expect(edges('nest/paints.ts#Painter.paint', 'call')).not.toContain('nest/paints.ts#OilPaint.spread');
    expect(edges('nest/paints.ts#Painter.paint', 'call')).not.toContain('nest/paints.ts#WaterPaint.spread');
    expect((facts.unresolved ?? []).map(({ place, what, text }) => `${place} ${what} ${text ?? ''}`)).toEqual([
      'nest/paints.ts:24 call Painter ← PAINT',
    ]);
  });
});
