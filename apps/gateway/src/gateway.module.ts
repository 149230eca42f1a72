import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { NatsConnection } from '@bespoke/messaging';
import { LoggerModule } from 'nestjs-pino';
import type { Configuration } from './configuration';
import { Coordinator } from './coordinator/coordinator';
import { Outcomes } from './coordinator/outcomes';
import { Reconciler } from './coordinator/reconciler';
import { WakesController } from './coordinator/wakes.controller';
import { ChemistryThreads } from './fits/chemistry-threads';
import { FitEvents } from './fits/fit-events';
import { FitReports } from './fits/fit-reports';
import { FitsController } from './fits/fits.controller';
import { Submission } from './fits/submission';
import { logging } from './http/logging';
import { PlatformController } from './http/platform.controller';
import { ProblemFilter } from './http/problem-filter';
import { FitIndex } from './observe/fit-index';
import { WorkerRegistry } from './observe/worker-registry';
import { CONFIGURATION, CONNECTION, STORES, type GatewayStores } from './stores';

@Module({})
export class GatewayModule {
  static with(
    configuration: Configuration,
    connection: NatsConnection,
    stores: GatewayStores,
  ): DynamicModule {
    return {
      module: GatewayModule,
      imports: [LoggerModule.forRoot(logging(configuration))],
      controllers: [FitsController, PlatformController, WakesController],
      providers: [
        { provide: CONFIGURATION, useValue: configuration },
        { provide: CONNECTION, useValue: connection },
        { provide: STORES, useValue: stores },
        { provide: APP_FILTER, useClass: ProblemFilter },
        ChemistryThreads,
        Coordinator,
        FitEvents,
        FitIndex,
        FitReports,
        Outcomes,
        Reconciler,
        Submission,
        WorkerRegistry,
      ],
    };
  }
}
