import { createGatewayClient, type GatewayClient } from '@bespoke/client';
import { defaultDirectory, runningExecutor } from '@bespoke/executor';
import { CliError } from './cli-error';

export interface GatewayOptions {
  gateway?: string;
  directory?: string;
}

/** The gateway that was named, else that of the executor that runs in the directory. */
export function openGateway({ gateway, directory = defaultDirectory() }: GatewayOptions): GatewayClient {
  if (gateway !== undefined) {
    if (!URL.canParse(gateway))
      throw new CliError('usage', `--gateway ${gateway} is no URL, such as http://127.0.0.1:8000`);
    return createGatewayClient({ baseUrl: gateway });
  }
  const executor = runningExecutor(directory);
  if (executor === null)
    throw new CliError(
      'unreachable',
      `no executor runs in ${directory}; start one with \`./bespoke executor launch --directory ${directory}\`, or name the --directory or the --gateway URL of one that runs`,
    );
  if (executor.gatewayUrl === null)
    throw new CliError(
      'unreachable',
      `the executor in ${directory} is still starting; try again in a moment`,
    );
  return createGatewayClient({ baseUrl: executor.gatewayUrl });
}
