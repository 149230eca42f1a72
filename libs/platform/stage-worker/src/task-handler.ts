import { KeepErrors, type TaskInput, type TaskKindName, type TaskOutputs } from '@bespoke/messaging';
import { UseFilters } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { TaskContext } from './task-context';

type Handler<K extends TaskKindName> = (input: TaskInput<K>, context: TaskContext) => Promise<TaskOutputs[K]>;

/** Marks a controller's method as the one handler of a kind of task. Its input has been validated. */
export function TaskHandler<K extends TaskKindName>(
  kind: K,
): (target: object, key: string, descriptor: TypedPropertyDescriptor<Handler<K>>) => void {
  return (target, key, descriptor) => {
    MessagePattern(kind)(target, key, descriptor);
    UseFilters(KeepErrors)(target, key, descriptor);
    // Without these Nest would pass the input alone.
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
  };
}
