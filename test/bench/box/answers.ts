/** How soon things answer: a command, a submitted job, a metric line. */
import { pythonJob } from '../../support/box-job';
import { quantile, sideBySide } from '../measure';
import { durationRow, type Row, soleRow } from '../row';
import { type BenchStage, openBenchBox } from './stage';

export async function roundTrip({ shell, peer }: BenchStage): Promise<Row[]> {
  const ours = () => shell.exec('true');
  const name = 'exec round trip';
  const open = await sideBySide(15, ours, () => peer.open.ssh('true'));
  const fresh = await sideBySide(7, ours, () => peer.fresh.ssh('true'));
  return [durationRow(name, 'ssh, open connection', open), durationRow(name, 'ssh, new connection', fresh)];
}

/** Signing in and whatever is brought along included, as `ml-intern box check` finds it. */
export async function boxCard({ sshd, root }: BenchStage): Promise<Row[]> {
  const times: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const shell = sshd.shell();
    const box = await openBenchBox(shell, root);
    const began = performance.now();
    await box.check();
    times.push(performance.now() - began);
    await shell.close();
  }
  return [soleRow('box card', quantile(times, 0.5), 'ms', 5000)];
}

/** From handing a job over to its first heartbeat arriving here. */
export async function firstHeartbeat({ box }: BenchStage): Promise<Row[]> {
  const times: number[] = [];
  for (let turn = 0; turn < 7; turn++) {
    const job = pythonJob('print(1)');
    const began = performance.now();
    await box.submit(job);
    for await (const update of box.follow(job.id, {})) {
      if (update.type === 'status' && update.status.heartbeatAt !== null) times[turn] ??= performance.now() - began;
    }
  }
  return [soleRow('submit to first heartbeat', quantile(times, 0.5), 'ms')];
}

/** The job writes the time into the line; both clocks are this machine's. */
const metricWriter = `
import json, os, time
with open(os.path.join(os.environ["ML_INTERN_JOB_DIR"], "metrics.jsonl"), "a") as file:
    for step in range(200):
        file.write(json.dumps({"step": step, "time": time.time()}) + "\\n")
        file.flush()
        time.sleep(0.037)
`;

export async function metricLatency({ box }: BenchStage): Promise<Row[]> {
  const job = pythonJob(metricWriter);
  await box.submit(job);
  const delays: number[] = [];
  let rest = '';
  for await (const update of box.follow(job.id, {})) {
    if (update.type !== 'data' || update.file !== 'metrics.jsonl') continue;
    const lines = (rest + Buffer.from(update.bytes).toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) delays.push(Date.now() - (JSON.parse(line) as { time: number }).time * 1000);
  }
  return [
    soleRow('metric line to event, p50', quantile(delays, 0.5), 'ms', 150),
    soleRow('metric line to event, p99', quantile(delays, 0.99), 'ms'),
  ];
}
