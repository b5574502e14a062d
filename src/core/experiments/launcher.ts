/**
 * The command that starts a training script once a GPU. Everything is said by flags: a configuration of accelerate that
 * lies on the box must change nothing, and two jobs must not meet on one port.
 */

export type Strategy = 'cpu' | 'single' | 'ddp' | 'fsdp';

export function launcherOf(strategy: Strategy, gpus: number): string[] {
  if (strategy === 'cpu' || strategy === 'single') return ['{python}'];
  const kind = strategy === 'ddp' ? ['--multi_gpu'] : fullyShared;
  return ['{python}', '-m', 'accelerate.commands.launch', ...kind, ...oneMachine(gpus)];
}

/** Valid for accelerate 1.15; FSDP 2 is what transformers takes as well, and a full state is what makes a plain model folder. */
const fullyShared = [
  '--use_fsdp',
  ...['--fsdp_version', '2'],
  ...['--fsdp_reshard_after_forward', 'true'],
  ...['--fsdp_auto_wrap_policy', 'TRANSFORMER_BASED_WRAP'],
  ...['--fsdp_state_dict_type', 'FULL_STATE_DICT'],
  ...['--fsdp_offload_params', 'false'],
  ...['--fsdp_cpu_ram_efficient_loading', 'false'],
  ...['--fsdp_activation_checkpointing', 'false'],
];

function oneMachine(gpus: number): string[] {
  return [
    ...['--num_machines', '1'],
    ...['--machine_rank', '0'],
    ...['--num_processes', String(gpus)],
    ...['--mixed_precision', 'bf16'],
    ...['--dynamo_backend', 'no'],
    ...['--gpu_ids', 'all'],
    // A free port, chosen when it starts.
    ...['--main_process_port', '0'],
    ...['--rdzv_backend', 'static'],
    ...['--max_restarts', '0'],
  ];
}
