from stattools.validation.claims.reading import read_claim


def test_a_claim_keeps_its_own_order_and_its_lines():
    claim = read_claim("term,estimate,p\nz,0.50,0.1\na,1.50,<0.001\n")
    assert claim.terms == ("z", "a")
    assert claim.quotes == ("z 0.50 0.1", "a 1.50 <0.001")
    assert set(claim.columns) == {"estimate", "p"}
    assert (claim.facts, claim.said, claim.shown) == ({}, {}, ())
