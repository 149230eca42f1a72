import { Module } from '@nestjs/common';
import { ConformersHandler } from './conformers.handler';
import { ConstrainedOptimizationHandler } from './constrained-optimization.handler';
import { ParentCheckHandler } from './parent-check.handler';

@Module({ controllers: [ConformersHandler, ConstrainedOptimizationHandler, ParentCheckHandler] })
export class QcComputeModule {}
