"""Covariates with levels, in models for hazards."""

import numpy as np
import pandas as pd
import pytest
from hazard_models import both, gray, many, same


@both
def test_levels_are_compared_with_the_first(fit):
    time, event, x = many(300, 1)
    product = np.array(["tisa-cel", "axi-cel", "liso-cel"])[np.arange(300) % 3]
    dummies = pd.DataFrame({"liso": product == "liso-cel", "tisa": product == "tisa-cel", "age": x[:, 0]})
    model = fit(time, event, pd.DataFrame({"product": product, "age": x[:, 0]}))
    assert list(model.table.index) == ["product[liso-cel vs axi-cel]", "product[tisa-cel vs axi-cel]", "age"]
    assert model.levels == {"product": ["axi-cel", "liso-cel", "tisa-cel"]}
    same(model, fit(time, event, dummies))
    order = ["unused", "tisa-cel", "axi-cel", "liso-cel"]
    other = fit(time, event, pd.DataFrame({"product": pd.Categorical(product, categories=order), "age": x[:, 0]}))
    assert other.table.index[0] == "product[axi-cel vs tisa-cel]"
    assert other.table.coef.iloc[0] == pytest.approx(-model.table.coef.iloc[1], rel=1e-8)
    assert other.log_likelihood == pytest.approx(model.log_likelihood, rel=1e-12)


def test_incidence_finds_columns_by_name_and_levels():
    time, event, x = many(300, 1)
    table = pd.DataFrame({"costim": np.where(np.arange(300) % 2, "CD28", "4-1BB"), "age": x[:, 0]})
    model = gray(time, event, table)
    curve = model.cumulative_incidence(table.loc[[7], ["age", "costim"]], [0.5, 1])
    assert curve.columns.tolist() == ["row", "time", "estimate"]
    assert curve.row.tolist() == [7, 7]
    expected = model.cumulative_incidence(table, [0.5, 1]).query("row == 7").estimate
    np.testing.assert_array_equal(curve.estimate, expected)
    with pytest.raises(ValueError, match=r"costim: 1 row\(s\) \(row 0: CD19\); allowed: '4-1BB', 'CD28'"):
        model.cumulative_incidence(pd.DataFrame({"costim": ["CD19"], "age": [0.0]}), [1])
    with pytest.raises(ValueError, match="'costim' missing; found: 'age'"):
        model.cumulative_incidence(pd.DataFrame({"age": [0.0]}), [1])
