/** Every fault that is tried, in the order of the table. */
import type { Scenario } from '../scenario';
import { clientKilled } from './client-killed';
import { clockSkew } from './clock-skew';
import { cuts } from './cuts';
import { diskFreed } from './disk-freed';
import { diskFull } from './disk-full';
import { halfOpen } from './half-open';
import { hostileNames } from './hostile-names';
import { lingering } from './lingering';
import { rebooted } from './rebooted';
import { slowLink } from './slow-link';
import { sshdRestart } from './sshd-restart';
import { guardianKilled, runnerKilled, workerKilled } from './supervisor-killed';

export const scenarios: readonly Scenario[] = [
  cuts,
  sshdRestart,
  clientKilled,
  workerKilled,
  guardianKilled,
  runnerKilled,
  lingering,
  rebooted,
  diskFull,
  diskFreed,
  clockSkew,
  slowLink,
  halfOpen,
  hostileNames,
];
