import { isPlanned, type GatewayClient } from '@bespoke/client';
import type { FitView } from '@bespoke/workflow-schema';
import type { ProgressDisplay } from './progress-display';

/**
 * Follows several fits to their ends and gives back how each ended, in the same order.
 * @throws the signal's reason
 */
export async function followFits(
  client: GatewayClient,
  fits: readonly FitView[],
  display: ProgressDisplay,
  signal: AbortSignal,
  onEnd: (fit: FitView, index: number) => Promise<void> = async () => undefined,
): Promise<FitView[]> {
  const latest = [...fits];
  display.update(latest);
  await Promise.all(
    fits.map(async (fit, index) => {
      for await (const view of client.watchFit(fit.id, signal)) {
        latest[index] = view;
        display.update(latest);
      }
      await onEnd(latest[index]!, index);
    }),
  );
  return latest;
}

/**
 * Follows several fits until it is known what each of them drives.
 * @throws the signal's reason
 */
export async function followUntilPlanned(
  client: GatewayClient,
  fits: readonly FitView[],
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<void> {
  const latest = [...fits];
  display.update(latest);
  await Promise.all(
    fits.map(async (fit, index) => {
      for await (const view of client.watchFit(fit.id, signal)) {
        latest[index] = view;
        display.update(latest);
        if (isPlanned(view)) return;
      }
    }),
  );
}
