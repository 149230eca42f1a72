import { Controller } from '@nestjs/common';
import { WakeHandler } from '@bespoke/messaging';
import { Coordinator } from './coordinator';

/** What the coordinator does on each wake; the wake is acknowledged when it has come back. */
@Controller()
export class WakesController {
  constructor(private readonly coordinator: Coordinator) {}

  @WakeHandler('fit')
  fit(fitId: string): Promise<void> {
    return this.coordinator.conductFit(fitId);
  }

  @WakeHandler('drive')
  drive(driveId: string): Promise<void> {
    return this.coordinator.conductDrive(driveId);
  }

  @WakeHandler('task')
  task(taskId: string): Promise<void> {
    return this.coordinator.wakeWanting(taskId);
  }
}
