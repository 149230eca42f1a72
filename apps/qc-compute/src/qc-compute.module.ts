import { Module } from '@nestjs/common';
import { ConformersHandler } from './conformers.handler';
import { ConstrainedOptimizationHandler } from './constrained-optimization.handler';

@Module({ controllers: [ConformersHandler, ConstrainedOptimizationHandler] })
export class QcComputeModule {}
