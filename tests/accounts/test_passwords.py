"""Hashing: what argon2 is asked, and how many hashes run at once."""

import threading

from cop.accounts import passwords


def test_a_hash_says_yes_to_its_password_only() -> None:
    kept = passwords.hashed("lune bateau seize camion")
    assert kept.startswith("$argon2id$v=19$m=65536,")
    assert passwords.matches(kept, "lune bateau seize camion")
    assert not passwords.matches(kept, "lune bateau seize camions")
    assert not passwords.is_outdated(kept)


def test_two_keyboards_write_one_password() -> None:
    kept = passwords.hashed("e\u0301te\u0301 et hiver a\u0300 la mer")
    assert passwords.matches(kept, "été et hiver à la mer")


def test_no_account_costs_a_hash_of_the_same_strength() -> None:
    assert not passwords.is_outdated(passwords.DECOY)
    assert not passwords.matches(None, "lune bateau seize camion")


def test_a_hash_that_is_no_hash_is_a_no() -> None:
    assert not passwords.matches("plain", "plain")


def test_a_weaker_hash_is_seen_as_outdated() -> None:
    assert passwords.is_outdated(passwords.DECOY.replace("m=65536", "m=8192"))


def test_a_crowd_of_hashes_goes_a_few_at_a_time() -> None:
    """Sixteen at once would take a gigabyte; counted by watching the semaphore from inside the turn."""
    inside, most, lock = 0, 0, threading.Lock()
    turn = passwords._turn

    def one() -> None:
        nonlocal inside, most
        with turn():
            with lock:
                inside += 1
                most = max(most, inside)
            threading.Event().wait(0.02)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2
