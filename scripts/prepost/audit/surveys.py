"""What the audit page of floor 4 shows of a survey's weights: margins before and after, and how unequal they are."""

from __future__ import annotations

from prepost.audit.run import Run
from prepost.audit.view import View, Views

PLACE = "4_scored/population/weights.parquet"
PREFIX = "margin_"


def weights(run: Run) -> Views:
    """Show the weights of the population survey, where the study has one.

    Parameters
    ----------
    run : Run
        The run that the page belongs to.

    Returns
    -------
    Views
        The weights' spread, and each margin's categories with respondents, share before and share after; nothing
        where the study has no such survey.
    """
    if not any(path.as_posix().endswith(PLACE) for path in run.artefacts):
        return Views()
    table = run.table(PLACE)
    w = table["weight"]
    spread = w.quantile([0, 0.01, 0.25, 0.5, 0.75, 0.99, 1]).rename("weight").rename_axis("quantile").reset_index()
    spread["quantile"] = spread["quantile"].astype(str)
    views = [View(f"{len(w):,} weights of the population survey; their mean is {w.mean():.6f}.", spread)]
    for column in [name for name in table if name.startswith(PREFIX)]:
        rows = table.groupby(column, sort=True)["weight"].agg(respondents="size", weighted="sum").reset_index()
        rows["before"], rows["after"] = rows["respondents"] / len(table), rows.pop("weighted") / w.sum()
        views.append(View(f"Margin {column.removeprefix(PREFIX)}.", rows.rename(columns={column: "category"})))
    return Views(views)
