import type { Adapter } from '../../adapters/adapter.ts';
import { frameworks } from './frameworks.ts';
import { linkRoutes } from './link-routes.ts';
import { lowerModule } from './lower-module.ts';
import { readSettings, settingsPattern } from './settings.ts';
import type { ModuleProgram } from './program.ts';

/** Routes that are registered by calls, whatever the framework: the code that registers them is run on paper. */
export const registration: Adapter<ModuleProgram> = {
  name: 'registration',
  collect: lowerModule,
  files: { pattern: settingsPattern, read: readSettings },
  link: (programs, project) => linkRoutes(programs, frameworks, project),
};
