import type { Model } from './model.ts';

/** Every model of the project, by what leads to it. */
export interface ModelRegistry {
  /** Adds a model, or gives back the one that the same module defined by this name. */
  add(model: Model): Model;
  /** A model of the class that declares it. */
  ofClass(module: string, unit: string): Model | undefined;
  /** Says that records of a model have this type, an interface for instance. */
  nameType(module: string, type: string, model: Model): void;
  ofType(module: string, type: string): Model | undefined;
  /** By registered name; undefined when two clients or folders disagree about it. */
  byName(name: string, client?: string): Model | undefined;
  all(): readonly Model[];
  /** A table that no model stands for: one between two others. */
  addTable(entity: string, references: readonly string[]): void;
  tables(): ReadonlyMap<string, ReadonlySet<string>>;
  addHook(model: Model, unit: string, place: string): void;
  hooks(): readonly { readonly model: Model; readonly unit: string; readonly place: string }[];
  /** Work that needs every model. */
  later(work: () => void): void;
  finish(): void;
  /** What clients remember about the project as a whole. */
  readonly notes: Map<string, unknown>;
}

export function createModelRegistry(): ModelRegistry {
  const classes = new Map<string, Model>();
  const types = new Map<string, Model>();
  const names = new Map<string, Model[]>();
  const models: Model[] = [];
  const tables = new Map<string, Set<string>>();
  const hooks = new Map<string, { readonly model: Model; readonly unit: string; readonly place: string }>();
  const pending: (() => void)[] = [];
  return {
    add(model) {
      const before = models.find(
        (known) => known.client === model.client && known.module === model.module && known.name === model.name,
      );
      if (before !== undefined) return before;
      models.push(model);
      if (model.unit !== undefined) classes.set(`${model.module} ${model.unit}`, model);
      names.set(model.name, [...(names.get(model.name) ?? []), model]);
      return model;
    },
    ofClass: (module, unit) => classes.get(`${module} ${unit}`),
    nameType: (module, type, model) => void types.set(`${module} ${type}`, model),
    ofType: (module, type) => types.get(`${module} ${type}`),
    byName(name, client) {
      const found = (names.get(name) ?? []).filter((model) => client === undefined || model.client === client);
      const entities = new Set(found.map((model) => model.entity));
      return entities.size === 1 ? found[0] : undefined;
    },
    all: () => models,
    addTable: (entity, references) => void tables.set(entity, new Set([...(tables.get(entity) ?? []), ...references])),
    tables: () => tables,
    addHook: (model, unit, place) => void hooks.set(`${model.module} ${model.name} ${unit}`, { model, unit, place }),
    hooks: () => [...hooks.values()],
    later: (work) => void pending.push(work),
    finish() {
      // Work may leave more work: what a class inherits has relations of its own.
      for (let work = pending.shift(); work !== undefined; work = pending.shift()) work();
    },
    notes: new Map(),
  };
}
