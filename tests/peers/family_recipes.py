# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""The recipes of compare_families.py: every deterministic method, and every parameter of it at more than its default.

(name of the row, recipe without dtype); the models ./base, ./a, ./b and ./c are folders beside the recipe.
"""


def models(*entries):
    return [{"model": f"./{name}", **({"parameters": parameters} if parameters else {})} for name, parameters in entries]


def plain(names):
    return models(*((name, None) for name in names))


def weighted(*weights, **others):
    return models(*((name, {"weight": weight, **others}) for name, weight in zip("abc", weights)))


def recipe(method, models_, base=None, **parameters):
    """`lambda` is a word of Python, so lambda_ stands for it."""
    made = {"merge_method": method, "models": models_}
    if base:
        made["base_model"] = f"./{base}"
    if parameters:
        made["parameters"] = {key.rstrip("_"): value for key, value in parameters.items()}
    return made


def by_name(attention, other):
    """One value for the tensors whose name has `attn` in all three families, another for the rest."""
    return [{"filter": "attn", "value": attention}, {"value": other}]


def sliced(method, *slices, base=None, **parameters):
    """Slices of one layer range each: (first, end, {model: parameters or None}, parameters of the slice)."""
    made = {"merge_method": method, "slices": []}
    for first, end, sources, own in slices:
        entry = {"sources": [{"model": f"./{name}", "layer_range": [first, end], **({"parameters": its} if its else {})}
                             for name, its in sources.items()]}
        made["slices"].append({**entry, **own})
    if base:
        made["base_model"] = f"./{base}"
    if parameters:
        made["parameters"] = parameters
    return made


AVERAGES = [
    ("linear", recipe("linear", weighted(0.5, 0.3, 0.4))),
    ("linear, plain", recipe("linear", weighted(0.5, -0.3), normalize=False)),
    ("linear, gradient", recipe("linear", weighted([0.2, 0.9, 0.35], by_name(0.1, [0.7, 0.3]), 0.4))),
    ("linear, common weight", recipe("linear", plain("ab"), weight=by_name(0.4, 0.8), normalize=[True, False])),
    ("linear, one model", recipe("linear", weighted(0.5), normalize=False)),
    ("linear, slices", sliced("linear", (0, 1, {"a": {"weight": 0.3}, "b": {"weight": 0.5}}, {}),
                              (1, 2, {"b": {"weight": 0.4}, "c": {"weight": 0.9}}, {"parameters": {"normalize": False}}))),
    ("passthrough", recipe("passthrough", models(("a", dict(scale=0.7))))),
    ("passthrough, by name", recipe("passthrough", models(("a", dict(scale=by_name([0.25, 0.9], 1)))))),
    ("passthrough, slices", sliced("passthrough", (0, 2, {"a": None}, {}), (1, 2, {"b": {"scale": 0.5}}, {}),
                                   (0, 1, {"c": None}, {}))),
]

SPHERES = [
    ("slerp", recipe("slerp", plain("b"), "a", t=[0.1, 0.9])),
    ("slerp, by name", recipe("slerp", plain("ab"), "a", t=by_name([0, 0.5, 0.3, 0.7, 1], [1, 0.5, 0.25]))),
    ("slerp, extrapolated", recipe("slerp", plain("b"), "a", t=1.3)),
    ("slerp, bases by slice",
     sliced("slerp", (0, 1, {"a": None, "b": None}, {"base_model": "./a", "parameters": {"t": 0.4}}),
            (1, 2, {"b": None, "c": None}, {"base_model": "./c", "parameters": {"t": 0.7}}))),
    ("nuslerp", recipe("nuslerp", weighted(0.7, 0.3))),
    ("nuslerp, base", recipe("nuslerp", weighted(0.7, 0.3), "base")),
    ("nuslerp, rows", recipe("nuslerp", weighted(0.7, 0.3), nuslerp_flatten=False)),
    ("nuslerp, columns", recipe("nuslerp", weighted(0.7, 0.3), nuslerp_flatten=False, nuslerp_row_wise=True)),
    ("nuslerp, base, rows", recipe("nuslerp", weighted(0.7, 0.3), "base", nuslerp_flatten=False)),
    ("nuslerp, base, columns", recipe("nuslerp", weighted(0.7, 0.3), "base", nuslerp_flatten=False,
                                      nuslerp_row_wise=True)),
    ("nuslerp, by name", recipe("nuslerp", weighted([0.9, 0.1], by_name(0.3, [0.2, 1.5])),
                                nuslerp_flatten=by_name(False, True))),
    ("nuslerp, weights of sum 0", recipe("nuslerp", weighted(0.5, -0.5))),
    ("multislerp", recipe("multislerp", weighted(0.5, 0.3, 0.4))),
    ("multislerp, base", recipe("multislerp", weighted(0.5, 0.3, 0.4), "base")),
    ("multislerp, plain", recipe("multislerp", weighted(0.5, 0.3, 0.4), normalize_weights=False)),
    ("multislerp, base, plain", recipe("multislerp", weighted(0.9, [0.3, -0.2]), "base", normalize_weights=False)),
    ("multislerp, eps", recipe("multislerp", weighted(0.5, 0.3, 0.4), "base", eps=1e-3)),
    ("karcher", recipe("karcher", plain("abc"))),
    ("karcher, one step", recipe("karcher", plain("abc"), max_iter=1)),
    ("karcher, no step", recipe("karcher", plain("abc"), max_iter=0)),
    ("karcher, loose", recipe("karcher", plain("abc"), tol=0.05)),
    ("karcher, tight", recipe("karcher", plain("abc"), max_iter=200, tol=1e-7)),
    ("karcher, four", recipe("karcher", models(("base", None), ("a", None), ("b", None), ("c", None)))),
]

TASK_VECTORS = [
    ("task_arithmetic", recipe("task_arithmetic", weighted(0.5, -0.3, 0.4), "base")),
    ("task_arithmetic, lambda", recipe("task_arithmetic", weighted(0.5, -0.3, 0.4), "base",
                                       lambda_=by_name(0.6, [0.2, 1.4]))),
    ("task_arithmetic, normalize", recipe("task_arithmetic", weighted(0.5, [0.1, 0.8]), "base", normalize=True)),
    ("ties", recipe("ties", weighted(0.5, 0.3, 0.4, density=0.4), "base")),
    ("ties, rescale", recipe("ties", weighted(0.5, 0.3, density=0.4), "base", rescale=True, normalize=False)),
    ("ties, all kept", recipe("ties", weighted(0.5, 0.3, 0.4), "base", int8_mask=True)),
    ("ties, rescale, normalize", recipe("ties", weighted(0.5, 0.3, 0.4, density=0.3), "base", rescale=True, int8_mask=True,
                                        lambda_=0.7)),
    ("ties, negative weight", recipe("ties", weighted(0.5, -0.3, 0.4, density=0.6), "base")),
    ("ties, by name", recipe("ties", weighted([0.9, 0.2], by_name(0.3, 0.6), 0.4, density=by_name([0.8, 0.2], 0.35)), "base",
                             normalize=by_name(True, False), rescale=by_name(False, True), lambda_=[0.5, 1.5])),
    ("ties, one left out", recipe("ties", models(("a", dict(weight=0.5, density=0.5)), ("b", dict(weight=0.3, density=0)),
                                                 ("c", dict(weight=0, density=0.5))), "base")),
    ("ties, one element", recipe("ties", weighted(0.5, 0.3, density=1e-6), "base")),
    ("ties, one model", recipe("ties", weighted(0.7, density=0.4), "base", normalize=False)),
    # The last slice has fewer models than the first: mergekit leaves out those that it has more (docs/differences.md).
    ("ties, slices", sliced("ties", (0, 1, {"b": dict(weight=0.3), "base": None, "c": dict(weight=0.9, density=0.2)},
                                     {"parameters": {"density": 0.7}}),
                            (1, 2, {"base": None, "a": dict(weight=0.5, density=0.4)}, {}), base="base")),
    ("breadcrumbs", recipe("breadcrumbs", weighted(0.5, 0.3, density=0.6, gamma=0.05), "base")),
    ("breadcrumbs, default gamma", recipe("breadcrumbs", weighted(0.5, 0.3, density=0.9), "base", normalize=True)),
    ("breadcrumbs, rescale", recipe("breadcrumbs", weighted(0.5, 0.3, density=0.6, gamma=0), "base", rescale=True,
                                    lambda_=0.8)),
    ("breadcrumbs, more than all", recipe("breadcrumbs", weighted(0.5, 0.3, density=0.8, gamma=0.4), "base")),
    ("breadcrumbs, by name", recipe("breadcrumbs", weighted(0.5, 0.3, density=[0.3, 0.9], gamma=by_name(0.01, 0.1)),
                                    "base")),
    ("breadcrumbs_ties", recipe("breadcrumbs_ties", weighted(0.5, 0.3, 0.4, density=0.6, gamma=0.05), "base")),
    ("breadcrumbs_ties, normalize", recipe("breadcrumbs_ties", weighted(0.5, 0.3, 0.4, density=0.6, gamma=0.2), "base",
                                           normalize=True, rescale=True, lambda_=1.2, int8_mask=True)),
    ("breadcrumbs_ties, by name", recipe("breadcrumbs_ties", weighted(0.5, -0.3, density=by_name(0.5, [0.2, 1]), gamma=0.01),
                                         "base")),
]

OTHERS = [
    ("sce", recipe("sce", plain("abc"), "base", select_topk=0.4)),
    ("sce, all", recipe("sce", plain("abc"), "base")),
    ("sce, few", recipe("sce", plain("abc"), "base", select_topk=0.05, int8_mask=True)),
    ("sce, most", recipe("sce", plain("ab"), "base", select_topk=0.9)),
    ("sce, none", recipe("sce", plain("ab"), "base", select_topk=0)),
    ("sce, more than all", recipe("sce", plain("ab"), "base", select_topk=1.5)),
    ("sce, one model", recipe("sce", plain("a"), "base", select_topk=0.5)),
    ("sce, by name", recipe("sce", plain("abc"), "base", select_topk=by_name([0.1, 0.8], 0.3))),
    ("ram", recipe("ram", plain("abc"), "base", epsilon=0.05)),
    ("ram, default", recipe("ram", plain("abc"), "base")),
    ("ram, high epsilon", recipe("ram", plain("abc"), "base", epsilon=0.15)),
    ("ram, by name", recipe("ram", plain("ab"), "base", epsilon=by_name(0, [0.02, 0.2]))),
    ("ramplus_tl", recipe("ramplus_tl", plain("ab"), "base", epsilon=0.05, r=0.2, alpha=0.5)),
    ("ramplus_tl, default", recipe("ramplus_tl", plain("abc"), "base")),
    ("ramplus_tl, uncapped", recipe("ramplus_tl", plain("abc"), "base", epsilon=0.1, r=0.3, alpha=100)),
    ("ramplus_tl, by name", recipe("ramplus_tl", plain("abc"), "base", epsilon=by_name(0.12, 0.05), r=[-0.1, 0.4],
                                   alpha=by_name(4, 0))),
    ("model_stock", recipe("model_stock", plain("abc"), "base")),
    ("model_stock, two", recipe("model_stock", plain("ab"), "base")),
    ("model_stock, rows", recipe("model_stock", plain("ab"), "base", filter_wise=True)),
    ("model_stock, rows of three", recipe("model_stock", plain("abc"), "base", filter_wise=by_name(True, False))),
    ("nearswap", recipe("nearswap", plain("a"), "base", t=0.05)),
    ("nearswap, by name", recipe("nearswap", plain("a"), "base", t=by_name([0.01, 0.2], 0))),
    ("nearswap, all", recipe("nearswap", plain("a"), "base", t=10)),
    ("arcee_fusion", recipe("arcee_fusion", plain("a"), "base")),
    ("arcee_fusion, listed base", recipe("arcee_fusion", models(("base", None), ("b", None)), "base")),
]

RECIPES = AVERAGES + SPHERES + TASK_VECTORS + OTHERS
