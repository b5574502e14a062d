"""What became of arguments and names that many scripts still use. Only words: whether one is gone, the installed
signature says. (trl 1.13, transformers 5.18, peft 0.21, datasets 5.2; gathered from their sources and change logs.)
"""

from __future__ import annotations

from typing import Dict, List, Optional, Tuple

ARGUMENTS: Dict[str, Tuple[Optional[str], str]] = {
    "warmup_ratio": ("warmup_steps", "Use warmup_steps: a number below 1 is the share of all steps."),
    "evaluation_strategy": ("eval_strategy", "Use eval_strategy."),
    "max_seq_length": ("max_length", "Use max_length."),
    "max_prompt_length": (None, "Leave it out: filter long prompts out of the rows; max_length bounds the whole row."),
    "tokenizer": ("processing_class", "Use processing_class."),
    "num_train_steps": ("max_steps", "Use max_steps."),
    "train_batch_size": ("per_device_train_batch_size", "Use per_device_train_batch_size."),
    "per_gpu_train_batch_size": ("per_device_train_batch_size", "Use per_device_train_batch_size."),
    "overwrite_output_dir": (None, "Leave it out: a folder that exists is used without it."),
    "group_by_length": ("train_sampling_strategy", 'Use train_sampling_strategy="group_by_length".'),
    "logging_dir": (None, "Leave it out: it went with the TensorBoard folder setting."),
    "save_safetensors": (None, "Leave it out: weights are always saved as safetensors."),
    "no_cuda": ("use_cpu", "Use use_cpu."),
    "use_mps_device": (None, "Leave it out: the device is found by itself."),
    "fp16_backend": (None, "Leave it out."),
    "fp16_opt_level": (None, "Leave it out."),
    "half_precision_backend": (None, "Leave it out."),
    "tpu_num_cores": (None, "Leave it out."),
    "include_tokens_per_second": (None, "Leave it out: the report counts tokens."),
    "push_to_hub_token": (None, "Leave it out: nothing may be pushed from a job."),
    "dispatch_batches": ("accelerator_config", "Give it within accelerator_config."),
    "split_batches": ("accelerator_config", "Give it within accelerator_config."),
    "rpo_alpha": ("loss_type", 'Use loss_type=["sigmoid", "sft"] with loss_weights.'),
    "reference_free": (None, "Leave it out: it is gone."),
    "model_adapter_name": (None, "Leave it out: the adapter of peft_config is trained."),
    "ref_adapter_name": (None, "Leave it out: without its adapter the model is the reference."),
    "generate_during_eval": (None, "Leave it out: use a callback that generates samples."),
    "use_liger_loss": ("use_liger_kernel", "Use use_liger_kernel."),
    "use_liger": ("use_liger_kernel", "Use use_liger_kernel."),
    "vllm_guided_decoding_regex": ("vllm_structured_outputs_regex", "Use vllm_structured_outputs_regex."),
    "vllm_device": (None, "Leave it out: use vllm_mode."),
    "dataset_batch_size": (None, "Leave it out."),
    "num_of_sequences": (None, "Leave it out."),
    "chars_per_token": (None, "Leave it out."),
    "model_init_kwargs": ("model_init_kwargs", "Give it to the configuration (args), not to the trainer."),
    "use_auth_token": ("token", "Use token; a job reads only what it was given, so none is needed."),
    "ignore_verifications": ("verification_mode", "Use verification_mode."),
    "task": (None, "Leave it out."),
    "enable_lora": (None, "Leave it out."),
    "lora_r": ("r", "Use r."),
    "rank": ("r", "Use r."),
    "alpha": ("lora_alpha", "Use lora_alpha."),
    "dropout": ("lora_dropout", "Use lora_dropout."),
    "use_gradient_checkpointing": ("gradient_checkpointing", "Use gradient_checkpointing."),
    "reward_fn": ("reward_funcs", "Use reward_funcs."),
    "reward_function": ("reward_funcs", "Use reward_funcs."),
    "peft_model_id": (None, "Give the adapter's folder as the second argument."),
    "remove_column": ("remove_columns", "Use remove_columns."),
    "data_file": ("data_files", "Use data_files."),
    "infer_schema": (None, "Leave it out."),
    "kl_coef": ("beta", "Use beta."),
    "num_sample_generations": ("num_generations", "Use num_generations."),
    "max_new_tokens": ("max_completion_length", "Use max_completion_length."),
    "response_length": ("max_completion_length", "Use max_completion_length."),
}
"""Old argument -> (the new one, the way to mend it). A new one counts only where the installed signature has it."""

NAMES: Dict[str, str] = {
    "ORPOTrainer": "Use trl.experimental.orpo, or DPOTrainer.",
    "ORPOConfig": "Use trl.experimental.orpo, or DPOConfig.",
    "CPOTrainer": "Use trl.experimental.cpo, or DPOTrainer.",
    "PPOTrainer": "PPO is gone: use GRPOTrainer or RLOOTrainer.",
    "PPOConfig": "PPO is gone: use GRPOConfig or RLOOConfig.",
    "AutoModelForCausalLMWithValueHead": "It went with PPO: use GRPOTrainer or RLOOTrainer.",
    "DataCollatorForCompletionOnlyLM": "Give rows with prompt and completion, and completion_only_loss=True.",
    "ConstantLengthDataset": "Use packing=True in SFTConfig.",
    "setup_chat_format": "Use clone_chat_template, or set chat_template_path in SFTConfig.",
    "AdamW": "Use torch.optim.AdamW.",
    "load_metric": "Use the package evaluate, or compute the value yourself.",
    "prepare_model_for_int8_training": "Use prepare_model_for_kbit_training.",
    "AutoModelWithLMHead": "Use AutoModelForCausalLM.",
    "AutoModelForVision2Seq": "Use AutoModelForImageTextToText.",
    "ModelConfig": "Write the settings into config.json.",
}

MODEL_ARGUMENTS: Dict[str, str] = {
    "load_in_4bit": "Use quantization_config=BitsAndBytesConfig(load_in_4bit=True).",
    "load_in_8bit": "Use quantization_config=BitsAndBytesConfig(load_in_8bit=True).",
    "use_flash_attention_2": 'Use attn_implementation="flash_attention_2".',
    "use_auth_token": "Leave it out: models of a job lie on the box.",
    "device": "Use device_map, or move the model with .to(device).",
    "low_cpu_mem": "Leave it out.",
    "attention_implementation": "Use attn_implementation.",
    "max_length": "It is no property of the model: give it to the trainer's configuration.",
    "max_seq_length": "It is no property of the model: give max_length to the trainer's configuration.",
}
"""Refused by from_pretrained of a model in transformers 5, though its signature takes any keyword."""

TOKENIZER_ARGUMENTS: Dict[str, str] = {
    "max_seq_length": "Use model_max_length.",
    "max_length": "Give max_length when the tokenizer is called; model_max_length is the tokenizer's own limit.",
    "padding": "Give padding when the tokenizer is called.",
    "truncation": "Give truncation when the tokenizer is called.",
    "use_auth_token": "Use token.",
    "torch_dtype": "A tokenizer has no dtype.",
    "dtype": "A tokenizer has no dtype.",
    "device_map": "A tokenizer has no device.",
    "pad_side": "Use padding_side.",
    "add_eos": "Use add_eos_token, which only some tokenizers know; or add the token to the text.",
}
"""Swallowed by AutoTokenizer.from_pretrained without a word."""

LOADING: List[str] = [
    *(
        "attn_implementation",
        "cache_dir",
        "config",
        "device_map",
        "dtype",
        "force_download",
        "ignore_mismatched_sizes",
    ),
    *("key_mapping", "local_files_only", "low_cpu_mem_usage", "max_memory", "offload_folder", "output_loading_info"),
    *(
        "proxies",
        "quantization_config",
        "revision",
        "subfolder",
        "token",
        "torch_dtype",
        "tp_plan",
        "trust_remote_code",
    ),
    *("use_cache", "use_safetensors", "variant", "weights_only", "offload_state_dict", "num_labels", "gguf_file"),
]
"""What from_pretrained of a model takes beyond its signature; anything else may be a setting of the model's config."""

PIPELINES: Dict[str, str] = {
    "text2text-generation": "Use AutoModelForSeq2SeqLM and generate.",
    "summarization": "Use AutoModelForSeq2SeqLM and generate.",
    "translation": "Use AutoModelForSeq2SeqLM and generate.",
    "question-answering": "Use AutoModelForQuestionAnswering.",
    "conversational": "Use text-generation with a list of messages.",
}
"""Tasks that pipeline() of transformers 5 does not know."""

METHODS: Dict[str, str] = {
    "encode_plus": "Call the tokenizer itself: tokenizer(text, ...).",
    "batch_encode_plus": "Call the tokenizer itself: tokenizer(texts, ...).",
    "prepare_seq2seq_batch": "Call the tokenizer itself with text_target=.",
    "as_target_tokenizer": "Call the tokenizer itself with text_target=.",
    "build_inputs_with_special_tokens": "Call the tokenizer itself.",
}
"""Methods of tokenizers that are gone from transformers 5."""
