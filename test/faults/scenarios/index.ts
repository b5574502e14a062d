/** Every fault that is tried, in the order of the table. */
import type { Scenario } from '../scenario';
import { clientKilled } from './client-killed';
import { cuts } from './cuts';
import { halfOpen } from './half-open';
import { lingering } from './lingering';
import { slowLink } from './slow-link';
import { sshdRestart } from './sshd-restart';

export const scenarios: readonly Scenario[] = [cuts, sshdRestart, clientKilled, lingering, slowLink, halfOpen];
