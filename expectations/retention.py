"""How long the states of a dataset are kept: all of them, or one a week, month or year of what is older than some days.

For registers that are published whole every day: a year of days is kept as it was, the years before as one state a month. Refuses to thin what is
younger than a month, and to name days without saying what is kept of what is older.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

KEEP_ALL = "all"
_ONE_A = {"weekly": "week", "monthly": "month", "yearly": "year"}


def _as_written(schema: dict[str, Any]) -> None:
    """The schema for editors: the word `all` alone will do."""
    given = {name: schema[name] for name in ("type", "properties", "additionalProperties", "title") if name in schema}
    schema.clear()
    schema.update({"anyOf": [{"const": KEEP_ALL}, given]})


class Retention(BaseModel):
    """What is kept of states that newer ones have replaced. What is in force, held, or named by a decision is always kept."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_as_written)

    keep: Literal["all", "weekly", "monthly", "yearly"] = Field(
        "all", description="all: every state; else the newest of each week, month or year, of those older than `after_days`."
    )
    after_days: int | None = Field(None, ge=31, description="Days for which every state is kept.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"keep": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_after_which_time(self) -> Retention:
        if (self.keep == KEEP_ALL) != (self.after_days is None):
            raise ValueError(
                "`after_days` says from which age on states are thinned: it stands beside weekly, monthly or yearly, and not beside all"
            )
        return self

    @property
    def thins(self) -> bool:
        """Whether anything is ever taken out."""
        return self.after_days is not None

    @property
    def said(self) -> str:
        """'one state a month of what is older than 400 days'."""
        return f"one state a {_ONE_A[self.keep]} of what is older than {self.after_days} days" if self.thins else "every state"

    def span(self, day: date) -> tuple[int, ...]:
        """The week, month or year of a day: of the states of one, the newest is kept."""
        if self.keep == "weekly":
            return tuple(day.isocalendar()[:2])
        return (day.year, day.month) if self.keep == "monthly" else (day.year,)

    def old(self, day: date, today: date) -> bool:
        """Whether a state of this day is thinned."""
        return self.after_days is not None and (today - day).days > self.after_days
