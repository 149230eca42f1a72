import { Module } from '@nestjs/common';
import { ConformersHandler } from './conformers.handler';
import { ConstrainedOptimizationHandler } from './constrained-optimization.handler';
import { ParentCheckHandler } from './parent-check.handler';
import { SinglePointHandler } from './single-point.handler';

@Module({
  controllers: [ConformersHandler, ConstrainedOptimizationHandler, ParentCheckHandler, SinglePointHandler],
})
export class QcComputeModule {}
