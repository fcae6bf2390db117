import { systemClock, type BridgePort, type Manifest } from '@overgrow/core';
import { Command } from 'commander';
import { answers } from '../admin/admin-client.ts';
import { createCommandLogger } from '../command-logger.ts';
import { checkNode, exitCodeOf, faultOf, renderFindings, type Finding } from '../doctor/check.ts';
import { checkMonolith, checkServices } from '../doctor/check-backends-client.ts';
import { checkAddress } from '../doctor/check-ports-client.ts';
import { checkState } from '../doctor/check-state-files.ts';
import { faultsOf } from '../faults-process.ts';
import { readManifest, withManifest, type LoadedManifest, type ManifestOption } from '../manifest-option.ts';
import type { Outcome } from '../program.ts';
import type { Terminal } from '../terminal.ts';
import { withBridges } from '../up/bridges.ts';
import { readRunRecord, runFileOf } from '../up/run-files.ts';

/** `overgrow doctor`: what is missing on this machine, in the manifest and in the databases, and what mends it. */
export function doctorCommand(terminal: Terminal, outcome: Outcome): Command {
  return withManifest(new Command('doctor'))
    .description(
      'Find what is missing on this machine, in the manifest and in both databases, with what mends it. Changes nothing.',
    )
    .option('--json', 'as JSON')
    .action(async (options: ManifestOption & { readonly json?: boolean }) => {
      const findings = [checkNode(process.version)];
      try {
        const loaded = await readManifest(terminal, options);
        findings.push({ kind: 'fine', what: 'manifest', detail: options.manifest });
        findings.push(...(await checkManifest(terminal, loaded)));
      } catch (error) {
        findings.push(faultOf('manifest', error));
      }
      outcome.exitCode = exitCodeOf(findings);
      terminal.print(options.json ? JSON.stringify(findings, null, 2) : renderFindings(findings));
    });
}

async function checkManifest(terminal: Terminal, loaded: LoadedManifest): Promise<readonly Finding[]> {
  const { manifest, folder } = loaded;
  return [
    ...(await checkAddresses(loaded)),
    await checkState(manifest.state, folder),
    await checkMonolith(manifest.monolith.url),
    ...(await checkServices(manifest.services)),
    ...(await checkBridges(terminal, manifest)),
  ];
}

/** Both ports are free, or an overgrow with this state has them. */
async function checkAddresses({ manifest, stateFolder }: LoadedManifest): Promise<readonly Finding[]> {
  const run = await readRunRecord(runFileOf(stateFolder)).catch(() => undefined);
  if (run !== undefined && (await answers(run, AbortSignal.timeout(3000))))
    return [{ kind: 'fine', what: 'addresses', detail: `overgrow runs already (process ${run.pid}, ${run.adminUrl})` }];
  return [
    await checkAddress('proxy.listen', manifest.proxy.listen),
    await checkAddress('admin.listen', manifest.admin.listen),
  ];
}

async function checkBridges(terminal: Terminal, manifest: Manifest): Promise<readonly Finding[]> {
  const surroundings = {
    clock: systemClock,
    logger: createCommandLogger(terminal, manifest),
    faults: faultsOf(terminal.env),
  };
  return withBridges(manifest, surroundings, async (bridges) => {
    const findings = await Promise.all(bridges.map(checkBridge));
    return findings.flat();
  });
}

async function checkBridge(bridge: BridgePort): Promise<readonly Finding[]> {
  const what = `replication of ${bridge.context}`;
  try {
    const faults = await bridge.preflight();
    if (faults.length === 0) return [{ kind: 'fine', what, detail: 'both databases can do it' }];
    return faults.map((error) => faultOf(what, error));
  } catch (error) {
    return [faultOf(what, error)];
  }
}
