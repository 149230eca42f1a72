import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { taskConsumerName, taskQueuesOf } from '@bespoke/messaging';
import { beforeAll, describe, expect, it } from 'vitest';
import { canValidate, chartTools, hasGo, repository, type ChartTools } from './chart-tools';

interface KubernetesObject {
  kind: string;
  metadata: { name: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the validator has checked its shape
  [field: string]: any;
}

const THREE_FIXED = ['fragmenter', 'qc-compute', 'optimizer'].flatMap((app) => [
  `workers.${app}.replicas=3`,
  `workers.${app}.autoscaling.enabled=false`,
]);
const THREE_AT_LEAST = ['fragmenter', 'qc-compute', 'optimizer'].map(
  (app) => `workers.${app}.autoscaling.minReplicas=3`,
);
const EXTERNAL_NATS = [
  'nats.external.url=nats://nats.messaging.svc.cluster.local:4333',
  'nats.external.monitoring=nats-headless.messaging.svc.cluster.local:8222',
  'nats.auth.existingSecret=nats-client',
];

describe.skipIf(!canValidate)('the Helm chart (skipped without Python, and without both helm and Go)', () => {
  let tools: ChartTools;
  beforeAll(async () => {
    tools = await chartTools();
  });

  function template(settings: readonly string[]) {
    return spawnSync(
      tools.helm,
      [
        'template',
        'demo',
        join(repository, 'deploy/helm/bespoke'),
        ...settings.flatMap((setting) => ['--set', setting]),
      ],
      { encoding: 'utf8' },
    );
  }

  function validate(manifests: string) {
    const crd = tools.scaledObjectCrd === null ? [] : [tools.scaledObjectCrd];
    return spawnSync(tools.python, [join(__dirname, 'validate.py'), ...crd], {
      input: manifests,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
  }

  /** The chart's objects with these settings; fails the test unless Kubernetes would take every one. */
  function render(...settings: string[]): KubernetesObject[] {
    const rendered = template(settings);
    expect(rendered.stderr).toBe('');
    const { stderr, stdout } = validate(rendered.stdout);
    expect(stderr).toBe('');
    return JSON.parse(stdout) as KubernetesObject[];
  }

  const find = (objects: KubernetesObject[], kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === `demo-bespoke-${name}`)!;

  it.each([
    ['with its default values', []],
    ['with three workers of each stage', THREE_FIXED],
    ['with at least three workers of each stage', THREE_AT_LEAST],
    ['on an external NATS', EXTERNAL_NATS],
    ['with one gateway for everyone', ['gateway.replicas=1', 'networkPolicy.enabled=false']],
  ])('is valid %s', (_how, settings) => {
    const kinds = new Set(render(...settings).map((object) => object.kind));
    expect(kinds).toContain('Deployment');
    expect(kinds).toContain('Service');
  });

  it('starts as many workers as it is told to, with the cores and memory of their pods', () => {
    const objects = render(...THREE_FIXED, 'workers.qc-compute.cores=2', 'workers.qc-compute.memoryGB=5');
    const { replicas, template: pod } = find(objects, 'Deployment', 'qc-compute').spec;
    expect(replicas).toBe(3);
    const [container] = pod.spec.containers;
    expect(container.args).toEqual(['--n-cores', '2', '--max-mem', '2.5']);
    expect(container.resources.limits).toEqual({ cpu: '2', memory: '5500M' });
    expect(objects.some((object) => object.kind === 'ScaledObject')).toBe(false);
  });

  it('leaves the number of workers to the autoscaler where there is one', () => {
    expect(find(render(), 'Deployment', 'qc-compute').spec).not.toHaveProperty('replicas');
  });

  it("scales each stage on the lag of exactly the queues that the stage's workers take from", () => {
    const objects = render(
      'workers.qc-compute.engines[0].program=xtb',
      'workers.qc-compute.engines[0].version=6.7.1',
      'workers.qc-compute.engines[1].program=psi4',
      'workers.qc-compute.engines[1].version=1.9.1+abc',
    );
    const pools = [
      ['fragmenter', 'fragmentation', [{ program: 'mopac', version: '22.0.6' }]],
      [
        'qc-compute',
        'qc-generation',
        [
          { program: 'xtb', version: '6.7.1' },
          { program: 'psi4', version: '1.9.1+abc' },
        ],
      ],
      ['optimizer', 'optimization', [{ program: 'mopac', version: '22.0.6' }]],
    ] as const;
    for (const [app, stage, engines] of pools) {
      const expected = taskQueuesOf(stage, engines).map(({ kind, program, version, lane }) =>
        taskConsumerName(kind, program, version, lane),
      );
      const { triggers, advanced } = find(objects, 'ScaledObject', app).spec;
      const consumers = triggers.map(
        (trigger: { metadata: { consumer: string } }) => trigger.metadata.consumer,
      );
      expect(consumers.toSorted()).toEqual(expected.toSorted());
      // Every queue counts in the sum, by a name that its formula can read.
      const names = triggers.map((trigger: { name: string }) => trigger.name);
      expect(advanced.scalingModifiers.formula.split(' + ')).toEqual(names);
      for (const name of names) expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
    }
  });

  it('tells the gateway what its pools can do while they are scaled to zero', () => {
    const { env } = find(render(), 'Deployment', 'gateway').spec.template.spec.containers[0];
    const pools = JSON.parse(env.find((entry: { name: string }) => entry.name === 'BESPOKE_POOLS').value);
    expect(pools).toContainEqual({
      stage: 'qc-generation',
      engines: [{ program: 'xtb', version: '6.5.1+opt1' }],
    });
  });

  it('runs everything without privileges, on a read-only root', () => {
    const workloads = render().filter((object) => ['Deployment', 'StatefulSet'].includes(object.kind));
    expect(workloads).toHaveLength(5);
    for (const { spec } of workloads) {
      const pod = spec.template.spec;
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('brings a NATS configuration that nats-server takes', () => {
    // sync_interval is younger than Debian 12's server.
    const config: string = find(render('nats.syncInterval=null'), 'ConfigMap', 'nats').data['nats.conf'];
    const directory = mkdtempSync(join(tmpdir(), 'bespoke-nats-'));
    try {
      const file = join(directory, 'nats.conf');
      writeFileSync(file, config);
      const server = process.env['NATS_SERVER_BIN'] ?? 'nats-server';
      const { status, stderr } = spawnSync(server, ['-t', '-c', file], {
        encoding: 'utf8',
        env: { ...process.env, NATS_TOKEN: 't0k3n', POD_NAME: 'demo-nats-0' },
      });
      expect(`${status} ${stderr}`).toContain('configuration file');
      expect(status).toBe(0);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it.each([
    ['a misspelt value', ['workers.qc-compute.core=3'], 'core'],
    ['half a core', ['workers.qc-compute.cores=0.5'], 'cores'],
    ['an external NATS without its secret', EXTERNAL_NATS.slice(0, 2), 'existingSecret'],
  ])('refuses %s', (_what, settings, message) => {
    const { status, stderr } = template(settings);
    expect(status).not.toBe(0);
    expect(stderr).toContain(message);
  });

  it('is validated by something that finds unknown fields and kinds', () => {
    const manifests = template([]).stdout;
    expect(validate(manifests.replace('replicas: 2', 'replicaz: 2')).stderr).toContain('replicaz');
    expect(validate(manifests.replace('kind: Service', 'kind: Sirvice')).stderr).toContain('not a kind');
    expect(validate('').status).toBe(1);
  });

  it.skipIf(!hasGo)("is validated against KEDA's own schema (skipped without Go)", () => {
    const manifests = template([]).stdout;
    expect(validate(manifests.replace('pollingInterval', 'pollingIntervall')).stderr).toContain(
      'pollingIntervall',
    );
    expect(validate(manifests.replace('maxReplicaCount: 4', 'maxReplicaCount: many')).stderr).toContain(
      'many',
    );
  });
});
