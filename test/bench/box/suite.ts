/** The box beside OpenSSH's own programs, on one server on this machine. */
import './as-shipped';
import type { Suite } from '../suites';
import { boxCard, firstHeartbeat, metricLatency, roundTrip } from './answers';
import { bulk } from './bulk';
import { farSmallFiles } from './far';
import { logs } from './logs';
import { memory } from './memory';
import { smallFiles } from './small-files';
import { openStage } from './stage';

const parts = [bulk, smallFiles, farSmallFiles, logs, roundTrip, boxCard, firstHeartbeat, metricLatency, memory];

export const boxSuite: Suite = {
  name: 'box',
  what: 'the box over SSH beside scp and ssh',
  async run(note, row) {
    const stage = await openStage(note);
    try {
      for (const part of parts) for (const each of await part(stage)) row(each);
    } finally {
      await stage.close();
    }
  },
};
