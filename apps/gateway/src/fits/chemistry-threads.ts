import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { FitReport } from '@bespoke/workflow-schema';
import { Piscina } from 'piscina';
import { ProblemException } from '../http/problem';
import type { FragmentInMolecule } from '../report/report.thread';
import type { CheckedMolecule, MoleculeCheck } from './molecule-check.thread';

const CHECK_LIMIT_MS = 30_000;
const RENDER_LIMIT_MS = 60_000;
const IDLE_THREAD_MS = 60_000;
const MAX_QUEUED = 200;

/** Chemistry in threads, each job with a time limit: a strange molecule costs a thread, never the event loop. */
@Injectable()
export class ChemistryThreads implements OnApplicationShutdown {
  private readonly checks = pool('molecule-check.thread.js', 1);
  private readonly reports = pool(join('..', 'report', 'report.thread.js'), 0);

  /** @throws ProblemException when it takes too long, or too many wait */
  check(molecule: MoleculeCheck): Promise<CheckedMolecule> {
    return within(this.checks, molecule, CHECK_LIMIT_MS) as Promise<CheckedMolecule>;
  }

  /** @throws ProblemException when it takes too long, or too many wait */
  renderReport(report: FitReport): Promise<string> {
    return within(this.reports, report, RENDER_LIMIT_MS) as Promise<string>;
  }

  /** @throws ProblemException when it takes too long, or too many wait */
  withAsymmetryWarnings(report: FitReport): Promise<FitReport> {
    return within(this.reports, report, RENDER_LIMIT_MS, 'withAsymmetryWarnings') as Promise<FitReport>;
  }

  /** SVG. @throws ProblemException when it takes too long, or too many wait */
  drawFragment(fragment: FragmentInMolecule): Promise<string> {
    return within(this.reports, fragment, RENDER_LIMIT_MS, 'drawFragment') as Promise<string>;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.checks.destroy(), this.reports.destroy()]);
  }
}

/** A thread that has loaded its chemistry answers a second sooner. */
function pool(file: string, minThreads: number): Piscina {
  return new Piscina({
    filename: join(__dirname, file),
    minThreads,
    maxThreads: Math.max(1, Math.min(4, availableParallelism() - 1)),
    maxQueue: MAX_QUEUED,
    idleTimeout: IDLE_THREAD_MS,
  });
}

async function within(threads: Piscina, input: unknown, limitMs: number, name = 'default'): Promise<unknown> {
  if (threads.queueSize >= MAX_QUEUED) {
    throw new ProblemException({
      status: 503,
      code: 'busy',
      detail: 'Too many requests wait. Try again in a few seconds.',
    });
  }
  const signal = AbortSignal.timeout(limitMs);
  try {
    return await threads.run(input, { signal, name });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new ProblemException({
      status: 422,
      code: 'too-slow',
      detail: `Looking at this molecule took more than ${limitMs / 1000} s. Is it larger or stranger than meant?`,
    });
  }
}
