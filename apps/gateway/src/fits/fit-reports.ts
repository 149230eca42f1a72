import { Inject, Injectable } from '@nestjs/common';
import type { FitRecord } from '@bespoke/orchestration';
import type { FitOutcome, FitReport, FragmentResult } from '@bespoke/workflow-schema';
import { Outcomes } from '../coordinator/outcomes';
import { assembleFitReport } from '../report/fit-report';
import { STORES, type GatewayStores } from '../stores';
import { ChemistryThreads } from './chemistry-threads';

/** Reports are put together when they are asked for: everything in them is kept already. */
@Injectable()
export class FitReports {
  constructor(
    @Inject(STORES) private readonly stores: GatewayStores,
    private readonly outcomes: Outcomes,
    private readonly threads: ChemistryThreads,
  ) {}

  /** Null where the molecule was not cut yet, or could not be. */
  async fragmentsOf(fit: FitRecord): Promise<FragmentResult['fragments'] | null> {
    const { taskId } = fit.fragmentTask;
    const fragmented = (await this.outcomes.of([taskId]))[taskId];
    return fragmented?.outcome === 'succeeded' ? (fragmented.output as FragmentResult).fragments : null;
  }

  /**
   * @param fit one that has succeeded
   * @throws ProblemException when too many wait
   */
  async of(fit: FitRecord): Promise<FitReport> {
    const fragments = await this.fragmentsOf(fit);
    if (fragments === null) throw new Error(`the fragments of the fit ${fit.id} are lost`);
    const outcomeSha256 = fit.result!.fitOutcomeSha256;
    const outcome =
      outcomeSha256 === null
        ? null
        : (JSON.parse(await this.stores.artifacts.getText(outcomeSha256)) as FitOutcome);
    const report = assembleFitReport(fit, fragments, outcome);
    return outcome === null ? report : this.threads.withAsymmetryWarnings(report);
  }
}
