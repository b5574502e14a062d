"""What of its memory a GPU spends on a training, by the size of the model and of a forward pass. Stdlib only."""

from __future__ import annotations

from typing import Any, NamedTuple

BYTES = {"full": 8.0, "lora": 2.2, "qlora": 0.7}
"""Bytes of training state for each parameter of the model, at least; launches are planned with the same figures.

full: weights, gradients and both moments of AdamW in bfloat16. lora: frozen bfloat16 weights, adapters of about 1 % of
the model at 16 bytes. qlora: weights in 4 bits with their scales (0.53 bytes: Dettmers et al. 2023, section 3) and the
adapters.
"""
BYTES_FLOAT32 = 16.0
"""full, with weights, gradients and moments in float32: small updates are not lost to rounding."""
ACTIVATION_BYTES = 34
"""For each token, layer and unit of width, in 16 bits and without the attention matrix: 34 sbh of
"Reducing Activation Recomputation in Large Transformer Models" (Korthikanti et al. 2022), equation 2."""
LOGIT_BYTES = 12
"""For each token and entry of the vocabulary where a loss takes all logits at once (DPO, GRPO): 2 from the model, 4 for
the copy in float32 that accelerate's mixed precision makes, and as much again for the gradients of both."""
COMPARED_LOGIT_BYTES = 48
"""The same where the loss also compares them with a teacher's: logits, log-probabilities and their difference of both
models in float32, with the gradients of the student's."""
USABLE_SHARE = 0.8
"""The rest is for the CUDA context, the largest temporary and what fragments."""


class Memory(NamedTuple):
    float32_weights: bool
    """Train weights in float32 under bfloat16 autocast."""
    gradient_checkpointing: bool
    """Compute activations twice instead of keeping them: about a third more time for a fraction of their memory."""
    why: str
    """For people."""


def memory(
    parameters: int, layers: int, width: int, tokens: int, method: str, available: int, held: float = 0.0
) -> Memory:
    """What of its memory a GPU spends on a training.

    `tokens` are those of one forward pass on one GPU (rows at once times the longest), `available` the GPU's bytes.
    `held` are bytes that neither saves: logits that the loss takes all at once (the chunked loss of SFT never holds
    them), another model beside.
    """
    usable = available * USABLE_SHARE
    activations = ACTIVATION_BYTES * tokens * layers * width
    state = BYTES.get(method, BYTES["full"]) * parameters
    exact = BYTES_FLOAT32 * parameters
    # Exactness first: activations can be had for time, what rounding loses cannot.
    float32 = method == "full" and exact + held <= usable * 0.75
    state = exact if float32 else state
    again = state + held + activations > usable
    return Memory(
        float32,
        again,
        "about %.1f GB of training state%s%s and %.1f GB of activations of %.0f GB: %s"
        % (
            state / 1e9,
            " (weights in float32)" if float32 else "",
            ", %.1f GB of logits and other models" % (held / 1e9) if held else "",
            activations / 1e9,
            available / 1e9,
            "activations are computed again (gradient checkpointing)" if again else "no gradient checkpointing",
        ),
    )


def memory_of(model: Any, method: str, tokens: int, available: int, held: float = 0.0) -> Memory:
    """The same for a loaded transformers model; 4-bit weights are counted as parameters, not as bytes."""
    config, parameters = model.config.get_text_config(), model.num_parameters()
    return memory(parameters, config.num_hidden_layers, config.hidden_size, tokens, method, available, held)


def logits(model: Any, tokens: int, each: int = LOGIT_BYTES) -> float:
    """Bytes that a loss holds which takes the logits of so many tokens at once."""
    return float(each) * tokens * model.config.get_text_config().vocab_size


def weights(model: Any) -> float:
    """Bytes of a model that is only asked: a teacher."""
    return float(sum(each.numel() * each.element_size() for each in model.parameters()))
