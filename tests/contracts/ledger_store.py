"""The contract of `LedgerStore`: every adapter's test class inherits this suite."""

import threading
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.kernel.errors import ConflictError, ContractError, InsufficientFundsError
from industriverse.kernel.ports import Entry, LedgerStore, Posting
from tests.contracts.properties import inherited

accounts = st.sampled_from(["wallet:a", "wallet:b", "held:a", "treasury"])
moves = st.lists(
    st.tuples(accounts, accounts, st.integers(1, 90)).filter(lambda move: move[0] != move[1]),
    max_size=12,
)


def move(key: str, source: str, target: str, amount: int, asset: str = "CEU") -> Posting:
    return Posting(key, "move", (Entry(source, asset, -amount), Entry(target, asset, amount)), "r")


def grant(key: str, account: str, amount: int) -> Posting:
    return move(key, "issuance:CEU", account, amount)


class LedgerStoreContract:
    @pytest.fixture
    def store(self) -> LedgerStore:
        raise NotImplementedError

    def test_starts_empty(self, store: LedgerStore):
        assert store.balances("CEU") == {}
        assert store.balance("wallet:a", "CEU") == 0
        assert store.transactions(after=0, limit=10) == []
        assert store.find("none") is None

    def test_gives_back_what_was_posted(self, store: LedgerStore):
        posting = Posting(
            "k1",
            "settle",
            (
                Entry("issuance:CEU", "CEU", -10),
                Entry("wallet:a", "CEU", 4),
                Entry("treasury", "CEU", 6),
                Entry("issuance:PFT", "PFT", -3),
                Entry("wallet:a", "PFT", 3),
            ),
            "job-1",
        )
        written = store.post(posting)
        assert written.posting == posting
        assert written.at.utcoffset() is not None
        assert store.find("k1") == written
        assert store.transactions(after=0, limit=10) == [written]
        assert store.balance("wallet:a", "CEU") == 4
        assert store.balances("PFT") == {"issuance:PFT": -3, "wallet:a": 3}

    def test_the_same_posting_again_has_no_effect(self, store: LedgerStore):
        first = store.post(grant("k", "wallet:a", 5))
        assert store.post(grant("k", "wallet:a", 5)) == first
        assert store.balance("wallet:a", "CEU") == 5
        assert len(store.transactions(after=0, limit=10)) == 1

    @pytest.mark.parametrize(
        "other",
        [
            grant("k", "wallet:a", 6),
            grant("k", "wallet:b", 5),
            Posting("k", "gift", grant("k", "wallet:a", 5).entries, "r"),
            Posting("k", "move", grant("k", "wallet:a", 5).entries, "s"),
        ],
    )
    def test_a_key_used_for_another_body_is_a_conflict(self, store: LedgerStore, other: Posting):
        store.post(grant("k", "wallet:a", 5))
        with pytest.raises(ConflictError, match="'k'"):
            store.post(other)
        assert store.balances("CEU") == {"issuance:CEU": -5, "wallet:a": 5}

    @pytest.mark.parametrize(
        "entries",
        [
            (),
            (Entry("wallet:a", "CEU", 0), Entry("wallet:b", "CEU", 0)),
            (Entry("issuance:CEU", "CEU", -5), Entry("wallet:a", "CEU", 4)),
            (Entry("issuance:CEU", "CEU", -5), Entry("wallet:a", "PFT", 5)),
            (Entry("issuance:CEU", "CEU", -(2**60)), Entry("wallet:a", "CEU", 2**60)),
            (Entry("issuance:CEU", "CEU", -5), Entry("", "CEU", 5)),
            (Entry("issuance:CEU", "CEU", 5),),
        ],
    )
    def test_refuses_what_does_not_balance(self, store: LedgerStore, entries: tuple[Entry, ...]):
        with pytest.raises(ContractError):
            store.post(Posting("k", "move", entries))
        assert store.transactions(after=0, limit=1) == []
        assert store.find("k") is None

    def test_no_account_goes_below_zero(self, store: LedgerStore):
        store.post(grant("g", "wallet:a", 5))
        with pytest.raises(InsufficientFundsError, match="holds 5 micro-CEU; the posting needs 6"):
            store.post(move("k", "wallet:a", "wallet:b", 6))
        with pytest.raises(InsufficientFundsError):
            store.post(move("k2", "issuance:PFT", "wallet:b", 1, asset="CEU"))
        assert store.balances("CEU") == {"issuance:CEU": -5, "wallet:a": 5}
        assert store.find("k") is None

    def test_lines_of_one_posting_count_together(self, store: LedgerStore):
        posting = Posting(
            "k",
            "pass on",
            (
                Entry("wallet:a", "CEU", -5),
                Entry("wallet:b", "CEU", 5),
                Entry("issuance:CEU", "CEU", -5),
                Entry("wallet:a", "CEU", 5),
            ),
        )
        assert store.post(posting).posting == posting
        assert store.balance("wallet:a", "CEU") == 0
        assert store.balance("wallet:b", "CEU") == 5

    def test_pages_follow_the_sequence_and_new_rows_do_not_move_them(self, store: LedgerStore):
        for number in range(5):
            store.post(grant(f"k{number}", f"wallet:{number % 2}", 1))
        first = store.transactions(after=0, limit=2)
        store.post(grant("late", "wallet:0", 1))
        rest = store.transactions(after=first[-1].sequence, limit=10)
        keys = [line.posting.key for line in first + rest]
        assert keys == ["k0", "k1", "k2", "k3", "k4", "late"]
        mine = store.transactions(after=0, limit=2, account="wallet:1")
        assert [line.posting.key for line in mine] == ["k1", "k3"]
        assert store.transactions(after=mine[-1].sequence, limit=2, account="wallet:1") == []

    def test_threads_lose_nothing(self, store: LedgerStore):
        store.post(grant("g", "wallet:a", 1000))

        def work(worker: int) -> None:
            for number in range(10):
                store.post(move(f"shared-{number}", "wallet:a", "wallet:b", 7))
                store.post(move(f"{worker}-{number}", "wallet:a", "wallet:b", 1))

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.balance("wallet:b", "CEU") == 4 * 10 + 10 * 7
        lines = store.transactions(after=0, limit=1000)
        assert [line.sequence for line in lines] == list(range(1, 52))

    @inherited
    @given(moves=moves)
    def test_the_supply_is_conserved(self, store: LedgerStore, moves):
        salt = uuid.uuid4()  # the store outlives an example; its keys must not
        store.post(grant(f"{salt}", "wallet:a", 100))
        for number, (source, target, amount) in enumerate(moves):
            funded = store.balance(source, "CEU") >= amount
            try:
                store.post(move(f"{salt}-{number}", source, target, amount))
                assert funded
            except InsufficientFundsError:
                assert not funded
            held = store.balances("CEU")
            assert sum(held.values()) == 0
            assert min(value for name, value in held.items() if name != "issuance:CEU") >= 0
