"""A page to try the model that model.json names. Answers are shown as plain text, whatever is in them."""

import json
from pathlib import Path

import gradio as gr
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

ABOUT = json.loads(Path(__file__).with_name("model.json").read_text(encoding="utf-8"))

# A private model is read with the secret HF_TOKEN of this Space, which huggingface_hub finds by itself.
tokenizer = AutoTokenizer.from_pretrained(ABOUT["model"])
model = AutoModelForCausalLM.from_pretrained(ABOUT["model"], dtype="auto")
model.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def encode(prompt: str):
    """With the model's chat template where it has one, else as it was written."""
    if tokenizer.chat_template is None:
        return tokenizer(prompt, return_tensors="pt")
    messages = [{"role": "user", "content": prompt}]
    return tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)


@torch.inference_mode()
def answer(prompt: str, most_tokens: float) -> str:
    given = encode(prompt).to(model.device)
    # Some tokenizers name inputs that their model does not take.
    given.pop("token_type_ids", None)
    made = model.generate(**given, max_new_tokens=int(most_tokens), do_sample=False)
    return tokenizer.decode(made[0, given["input_ids"].shape[1] :], skip_special_tokens=True)


page = gr.Interface(
    fn=answer,
    inputs=[
        gr.Textbox(label="Prompt", lines=6),
        gr.Slider(1, 1024, value=256, step=1, label="Most tokens of the answer"),
    ],
    outputs=gr.Textbox(label="Answer", lines=10),
    title=ABOUT["model"],
    flagging_mode="never",
)

if __name__ == "__main__":
    page.launch()
