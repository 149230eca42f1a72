import { am1bcc } from './am1bcc';
import { am1bccElf10 } from './am1bcc-elf10';
import type { ChargeModel } from './charge-model';
import { nagl } from './nagl-model';

/** Every charge model, in the order in which people are shown them. */
const MODELS = [am1bcc, am1bccElf10, nagl] as const;

export type ChargeModelName = (typeof MODELS)[number]['name'];

export const chargeModels: readonly ChargeModel<ChargeModelName>[] = MODELS;

export const CHARGE_MODEL_NAMES: readonly ChargeModelName[] = MODELS.map(({ name }) => name);

export function chargeModelNamed(name: string): ChargeModel<ChargeModelName> | undefined {
  return chargeModels.find((model) => model.name === name);
}
