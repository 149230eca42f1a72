import path from 'node:path';
import type { StageApp } from '@bespoke/executor';

const appMain = (app: string) => path.join(__dirname, '..', '..', app, 'dist', 'main.js');

/** The main modules of the other apps, which run as processes of their own. */
export const APPS: Readonly<Record<'gateway' | StageApp, string>> = {
  gateway: appMain('gateway'),
  fragmenter: appMain('fragmenter'),
  'qc-compute': appMain('qc-compute'),
  optimizer: appMain('optimizer'),
};
