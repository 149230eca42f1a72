import { KeepErrors, type TaskInput, type TaskKindName, type TaskOutputs } from '@bespoke/messaging';
import { UseFilters, applyDecorators } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import type { TaskContext } from './task-context';

type Handler<K extends TaskKindName> = (input: TaskInput<K>, context: TaskContext) => Promise<TaskOutputs[K]>;

/** Marks a controller's method as the one handler of a kind of task. Its input has been validated. */
export function TaskHandler<K extends TaskKindName>(
  kind: K,
): (target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<Handler<K>>) => void {
  return applyDecorators(MessagePattern(kind), UseFilters(KeepErrors));
}
