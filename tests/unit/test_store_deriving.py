"""Whose place an organisation has."""

from hypothesis import given
from hypothesis import strategies as st

from baken.store.deriving import Site, find_place

SITES = st.dictionaries(
    st.sampled_from("abcdef"),
    st.builds(
        Site,
        place_id=st.none() | st.sampled_from(["leuven", "ghent"]),
        inherits_from=st.lists(st.sampled_from("abcdefx"), max_size=3).map(tuple),
        is_public=st.booleans(),
    ),
    min_size=1,
)


def by_recursion(one, sites, path=()):
    """The rule in other words: my own place, else that of the first I inherit from who has one."""
    if one not in sites or one in path:
        return None
    if sites[one].place_id:
        return one, sites[one].place_id
    found = (by_recursion(other, sites, (*path, one)) for other in sites[one].inherits_from)
    return next(filter(None, found), None)


@given(SITES)
def test_it_is_the_first_with_a_place(sites):
    for one, site in sites.items():
        known = sites if not site.is_public else {k: v for k, v in sites.items() if v.is_public}
        assert find_place(one, sites) == by_recursion(one, known)


def test_a_long_chain_is_followed_to_its_end():
    sites = {f"o{n}": Site(None, (f"o{n + 1}",)) for n in range(20_000)}
    assert find_place("o0", sites) is None
    assert find_place("o0", {**sites, "o20000": Site("leuven")}) == ("o20000", "leuven")
