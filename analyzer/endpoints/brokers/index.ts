import type { Adapter } from '../../adapters/adapter.ts';
import { collectBrokers, type BrokerSummary } from './collect-brokers.ts';
import { linkBrokers } from './link-brokers.ts';

/** kafkajs and amqplib, also through NestJS: consumers, and producers in the same repository. */
export const brokers: Adapter<BrokerSummary> = { name: 'brokers', collect: collectBrokers, link: linkBrokers };
