import { createGatewayClient, hasEnded, type GatewayClient } from '@bespoke/client';
import type { FitView } from '@bespoke/workflow-schema';
import { readFileSync } from 'node:fs';
import { until, type Bespoke } from './bespoke';

/** An executor that keeps running in the directory `state`, and a client of its gateway. */
export async function launch(bespoke: Bespoke, args: readonly string[] = []) {
  const state = bespoke.file('state');
  const { child, ended, stdout } = bespoke.start([
    'executor',
    'launch',
    '--json',
    '--directory',
    state,
    ...args,
  ]);
  await until('the executor to serve', () => stdout().includes('}'), 60_000);
  const { gatewayUrl } = JSON.parse(stdout()) as { gatewayUrl: string };
  const gateway = createGatewayClient({ baseUrl: gatewayUrl, retrySeconds: 20 });
  return { gateway, stop: () => (child.kill('SIGTERM'), ended) };
}

/** How to reach the NATS server of a running executor. */
export function natsOf(bespoke: Bespoke): { url: string; tokenFile: string } {
  const { natsUrl } = JSON.parse(readFileSync(bespoke.file('state/executor.json'), 'utf8')) as {
    natsUrl: string;
  };
  return { url: natsUrl, tokenFile: bespoke.file('state/nats/nats.token') };
}

export async function finished(gateway: GatewayClient, id: string): Promise<FitView> {
  for await (const view of gateway.watchFit(id)) if (hasEnded(view.status)) return view;
  throw new Error('the events ended before the fit did');
}
