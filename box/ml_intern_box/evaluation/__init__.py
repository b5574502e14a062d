"""How an answer is found in a generation and graded: one module a kind of benchmark."""
