import { Controller, Get, Inject } from '@nestjs/common';
import type { NatsConnection, WorkerRecord } from '@bespoke/messaging';
import { builtInWorkflows, type Workflow } from '@bespoke/workflow-schema';
import { WorkerRegistry } from '../observe/worker-registry';
import { CONNECTION } from '../stores';
import { ProblemException } from './problem';

const NATS_ANSWERS_WITHIN_MS = 2_000;

/** What there is to work with: workers, workflows, and whether this gateway itself can work. */
@Controller()
export class PlatformController {
  constructor(
    private readonly registry: WorkerRegistry,
    @Inject(CONNECTION) private readonly connection: NatsConnection,
  ) {}

  @Get('api/v2/workers')
  workers(): { workers: WorkerRecord[] } {
    return { workers: this.registry.workers() };
  }

  @Get('api/v2/workflows')
  workflows(): { workflows: Workflow[] } {
    return { workflows: [...builtInWorkflows.values()] };
  }

  @Get('health/live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('health/ready')
  async ready(): Promise<{ status: 'ok' }> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), NATS_ANSWERS_WITHIN_MS);
    });
    const answers = this.connection.rtt().then(
      () => true,
      () => false,
    );
    const isReady = await Promise.race([answers, late]);
    clearTimeout(timer);
    if (isReady) return { status: 'ok' };
    throw new ProblemException({
      status: 503,
      code: 'not-ready',
      detail: 'The gateway has no connection to NATS.',
    });
  }
}
