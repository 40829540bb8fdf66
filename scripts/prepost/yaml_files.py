"""Reading the YAML files of a study safely, with the line of what is wrong."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

import yaml

from prepost.errors import Fault, StudyError

TAB = "found character '\\t' that cannot start any token"


class _Loader(yaml.SafeLoader):
    """A safe loader that refuses a key written twice, which YAML would pass over in silence."""


def _mapping(loader: _Loader, node: yaml.MappingNode, deep: bool = False):
    seen: dict[object, int] = {}
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(None, None, "a list or mapping is no key", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{key}' stands already on line {seen[key]}", key_node.start_mark
            )
        seen[key] = key_node.start_mark.line + 1
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


def _date(loader: _Loader, node: yaml.ScalarNode):
    try:
        return yaml.SafeLoader.construct_yaml_timestamp(loader, node)
    except ValueError:
        raise yaml.constructor.ConstructorError(
            None, None, f"'{node.value}' is no day of the calendar", node.start_mark
        ) from None


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date)


def read_yaml(path: Path, where: str) -> dict:
    """Read a YAML mapping safely.

    Parameters
    ----------
    path : Path
        A UTF-8 file; a byte order mark is allowed.
    where : str
        How errors name the file.

    Returns
    -------
    dict
        Key to value, as YAML types them.

    Raises
    ------
    StudyError
        The file is missing, not UTF-8, not YAML, no mapping, or writes a key twice; with the line where it is known.
    """
    if not path.is_file():
        fix = (
            "run make from the project's folder with STUDY=<folder that holds config/>"
            if path.name == "study.yaml"
            else f"add it; the bundled study's {where} shows its form, and config/README.md says what it holds"
        )
        raise StudyError(Fault(where, "the file is missing", "a YAML file of the study", fix))
    try:
        # The loader is a SafeLoader with more refusals.
        found = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Loader)
    except UnicodeDecodeError as error:
        raise StudyError(Fault(where, "the file is not UTF-8", "plain text saved as UTF-8", "save it again")) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" · line {mark.line + 1}" if mark else ""
        problem = str(getattr(error, "problem", None) or error)
        raise StudyError(
            Fault(
                f"{where}{line}",
                f"this is not valid YAML: {'a tab stands where blanks belong' if problem == TAB else problem}",
                "key: value, lists indented by two blanks, text with a colon in quotes",
                f"mend it in {where}",
            )
        ) from error
    if not isinstance(found, dict):
        raise StudyError(Fault(where, "the file holds no keys", "key: value lines", "config/README.md shows its form"))
    return found
