import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const HELM_VERSION = 'v3.22.0';
const KEDA_VERSION = 'v2.21.0';
const KUBERNETES_VALIDATE_VERSION = '1.37.0';

export const repository = join(__dirname, '..', '..');
const cache = join(repository, '.bespoke', 'chart-tools');
const builtHelm = join(cache, 'bin', 'helm');

const answers = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;

export const hasGo = answers('go', 'version');
const hasHelm = answers('helm', 'version');
export const canRender = hasGo || hasHelm || existsSync(builtHelm);
export const canValidate = canRender && answers('python3', '-m', 'venv', '--help');

export interface ChartTools {
  helm: string;
  python: string;
  /** KEDA's definition of the ScaledObject, null where there is no Go to get it with. */
  scaledObjectCrd: string | null;
}

/** Makes what is missing, in the project's own cache: the first time this takes minutes. */
export async function chartTools(): Promise<ChartTools> {
  let helm = 'helm';
  if (!hasHelm) {
    if (!existsSync(builtHelm)) {
      const env = { ...process.env, CGO_ENABLED: '0', GOBIN: join(cache, 'bin'), GOTOOLCHAIN: 'local' };
      await run('go', ['install', `helm.sh/helm/v3/cmd/helm@${HELM_VERSION}`], { cwd: '/', env });
    }
    helm = builtHelm;
  }

  const venv = join(cache, 'venv');
  const python = join(venv, 'bin', 'python');
  const required = `kubernetes-validate==${KUBERNETES_VALIDATE_VERSION}`;
  if (!answers(python, '-c', `import kubernetes_validate`)) {
    await run('python3', ['-m', 'venv', '--clear', venv]);
    await run(python, ['-m', 'pip', 'install', '--quiet', required]);
  }

  let scaledObjectCrd: string | null = null;
  if (hasGo) {
    // Apache-2.0; read where Go keeps it, not copied into the project.
    const module = `github.com/kedacore/keda/v2@${KEDA_VERSION}`;
    const { stdout } = await run('go', ['mod', 'download', '-json', module], { cwd: '/' });
    const { Dir: directory } = JSON.parse(stdout) as { Dir: string };
    scaledObjectCrd = join(directory, 'config', 'crd', 'bases', 'keda.sh_scaledobjects.yaml');
  }
  return { helm, python, scaledObjectCrd };
}
