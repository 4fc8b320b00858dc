"""A taken port is said in one line, with the way out."""

import socket

import pytest

from deploy.console import Problem
from deploy.port import is_free, require_free_port


@pytest.fixture
def taken() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_names_a_free_one(taken: int) -> None:
    with pytest.raises(Problem) as refused:
        require_free_port(str(taken))
    said = str(refused.value)
    assert "\n" not in said
    assert f"Port {taken} is taken" in said
    proposed = int(said.rpartition("PORT=")[2].split()[0])
    assert proposed != taken
    assert is_free(proposed)


@pytest.mark.parametrize("text", ["", "abc", "0", "65536", "-1", "80 80", "²"])
def test_a_port_is_a_number(text: str) -> None:
    with pytest.raises(Problem, match="from 1 to 65535"):
        require_free_port(text)
