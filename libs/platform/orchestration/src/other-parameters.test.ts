import * as wavefront from '@bespoke/torsion-drive';
import { builtInWorkflows, type FitSettings, type OtherParameter } from '@bespoke/workflow-schema';
import { describe, expect, it } from 'vitest';
import {
  fitNeeds,
  isFitOpen,
  newDrive,
  newFit,
  stepDrive,
  stepFit,
  type DriveRecord,
  type Supply,
  type TaskRequest,
} from './index';

const now = '2026-01-01T00:00:01.000Z';
const supply: Supply = {
  workers: [
    { stage: 'fragmentation', engines: [] },
    { stage: 'qc-generation', engines: [{ program: 'xtb', version: '6.5.1' }] },
    { stage: 'optimization', engines: [] },
  ],
  pools: null,
};
const ANGLE: OtherParameter = { section: 'Angles', smirks: '[*:1]~[*:2]~[*:3]' };

/** The tasks of a fit of two fragments, in the order in which it asks for them. */
function tasksOf(settings: Partial<FitSettings>, otherParameters?: OtherParameter[]): TaskRequest[] {
  const debug = builtInWorkflows.get('debug')!;
  let fit = newFit({
    id: 'f',
    name: 'f',
    smiles: 'ab',
    mappedSmiles: 'ab',
    workflow: { ...debug, fit: { ...debug.fit, ...settings } },
    baseForceField: { name: 'base', sha256: 'b'.repeat(64) },
    lane: 'normal',
    softwareVersion: '0.1.0',
    createdAt: now,
  });
  const fragments = ['a', 'b'].map((mappedSmiles) => ({
    ...{ mappedSmiles, smiles: mappedSmiles, dihedral: [0, 1, 2, 3], occurrences: [], parameters: [] },
    ...(otherParameters && { otherParameters }),
  }));
  const outputs: Record<string, object> = {
    fragment: { fragments, warnings: [] },
    'group-fragments': { groups: [{ fragments: [0, 1], smirks: [[], []] }] },
    'fit-parameters': { fitOutcomeSha256: 'e'.repeat(64) },
    'write-force-field': { forceFieldSha256: 'f'.repeat(64), fitOutcomeSha256: 'e'.repeat(64) },
  };
  const tasks = new Map<string, TaskRequest>();
  const drives = new Map<string, DriveRecord>();
  for (let steps = 0; isFitOpen(fit) && steps < 50; steps++) {
    const needs = fitNeeds(fit);
    const outputOf = (id: string) => tasks.has(id) && outputs[tasks.get(id)!.kind];
    const { state, commands } = stepFit(fit, {
      type: 'observed',
      now,
      outcomes: Object.fromEntries(
        needs.tasks.map((id) => {
          const output = outputOf(id);
          return [id, output ? { outcome: 'succeeded', output } : null];
        }),
      ),
      drives: Object.fromEntries(needs.drives.map((id) => [id, drives.get(id) ?? null])),
      supply,
    });
    fit = state;
    for (const command of commands) {
      if (command.type === 'publish-task') tasks.set(command.task.taskId, command.task);
      if (command.type === 'want-drive') {
        const { state: wanted } = stepDrive(newDrive(command.order), { type: 'wanted', by: 'f' }, wavefront);
        drives.set(wanted.id, { ...wanted, status: 'succeeded', recordSha256: 'd'.repeat(64) });
      }
    }
  }
  expect(fit.status).toBe('succeeded');
  return [...tasks.values()];
}

describe('a fit of more than bespoke torsions', () => {
  it('asks for what is to be fitted, and fits all fragments together', () => {
    const settings: Partial<FitSettings> = { parameters: 'general', periodicities: [], also: ['Angles'] };
    const [fragment, group, parameters] = tasksOf(settings, [ANGLE]);
    expect(fragment!.input).toMatchObject(settings);
    expect(group!.input).toMatchObject({ together: true });
    expect(parameters!.input).toMatchObject({
      fit: settings,
      targets: [{ otherParameters: [ANGLE] }, { otherParameters: [ANGLE] }],
    });
  });

  it('leaves the tasks of all other fits, and so their keys, as they were', () => {
    for (const settings of [{}, { parameters: null, also: null }, { parameters: 'bespoke', also: [] }]) {
      const [fragment, group, parameters] = tasksOf(settings as Partial<FitSettings>);
      expect(fragment!.taskId).toBe(tasksOf({})[0]!.taskId);
      for (const field of ['parameters', 'also']) expect(fragment!.input).not.toHaveProperty(field);
      expect(Object.keys(group!.input).sort()).toEqual(['fragments', 'softwareVersion']);
      const target = { dihedral: [0, 1, 2, 3], torsionDriveSha256: 'd'.repeat(64), parameters: [] };
      expect(parameters!.input).toEqual({
        softwareVersion: '0.1.0',
        baseForceFieldSha256: 'b'.repeat(64),
        fit: { ...builtInWorkflows.get('debug')!.fit, ...settings },
        targets: ['a', 'b'].map((mappedSmiles) => ({ mappedSmiles, ...target })),
      });
    }
  });
});
