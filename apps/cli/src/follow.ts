import type { GatewayClient } from '@bespoke/client';
import type { FitView } from '@bespoke/workflow-schema';
import type { ProgressDisplay } from './progress-display';

interface Following {
  /** Called once a fit is no longer followed. */
  onEnd?: (fit: FitView, index: number) => Promise<void>;
  /** Whether a fit need not be followed further; by default each is, to its end. */
  isEnough?: (fit: FitView) => boolean;
}

/**
 * Follows several fits to their ends, or until enough is known of each, and gives back how each was last seen, in the
 * same order.
 * @throws the signal's reason
 */
export async function followFits(
  client: GatewayClient,
  fits: readonly FitView[],
  display: ProgressDisplay,
  signal: AbortSignal,
  { onEnd, isEnough }: Following = {},
): Promise<FitView[]> {
  const latest = [...fits];
  display.update(latest);
  await Promise.all(
    fits.map(async (fit, index) => {
      for await (const view of client.watchFit(fit.id, signal)) {
        latest[index] = view;
        display.update(latest);
        if (isEnough?.(view)) break;
      }
      await onEnd?.(latest[index]!, index);
    }),
  );
  return latest;
}
