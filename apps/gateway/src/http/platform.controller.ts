import { Controller, Get, Inject } from '@nestjs/common';
import { isAnswering, type NatsConnection, type WorkerRecord } from '@bespoke/messaging';
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
    if (await isAnswering(this.connection, NATS_ANSWERS_WITHIN_MS)) return { status: 'ok' };
    throw new ProblemException({
      status: 503,
      code: 'not-ready',
      detail: 'The gateway has no connection to NATS.',
    });
  }
}
