"""The shapes of rows and totals beside those of another range, made of the rows' own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, get_args

from pydantic import BaseModel, Field, create_model

from headwater.domain.figure_kinds import figure_inside, grows
from headwater.domain.figures import naming_columns
from headwater.runtime.api.fields import ApiModel, Compare, Day, Model, Ratio

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic.fields import FieldInfo

type Fields = dict[str, Any]
# What a report tells of the whole.
_WHOLE = ("totals", "health")


class RangeParameters(ApiModel):
    """What can be asked of every report of a range."""

    compare: Compare | None = Field(description="The range that rows and totals stand beside.")


def compared_row[R: ApiModel](report: str, part: str = "") -> Callable[[type[R]], type[R]]:
    """Let a row stand beside what it was in another range: add ``previous`` and ``change``."""
    names = naming_columns(report, part)

    def add(row: type[R]) -> type[R]:
        figures = {name: field for name, field in row.model_fields.items() if name not in names}
        previous = _model(
            f"{row.__name__}Previous",
            "The row in the other range; what its list does not show is null.",
            {name: (_told(field) | None, _like(field)) for name, field in figures.items()},
        )
        change = _change_model(row, figures)
        return _extended(
            row,
            previous=(previous | None, Field(None, description="With compare.")),
            change=(change | None, Field(None, description="With compare.")),
        )

    return add


def compared_report[R: ApiModel](report: type[R]) -> type[R]:
    """Let a report stand beside that of another range: add ``previous`` of the whole."""
    whole = {name: field for name, field in report.model_fields.items() if name in _WHOLE}
    change = {name: field for name, field in whole.items() if name != "totals"}
    totals: Any = whole["totals"].annotation
    previous = _model(
        f"{report.__name__}Previous",
        "The range that is compared with, and how much more there is now.",
        {
            "first": (Day, Field(alias="from")),
            "last": (Day, Field(alias="to")),
            **{name: (field.annotation, ...) for name, field in whole.items()},
            "change": (_change_model(totals, totals.model_fields | change), ...),
        },
    )
    return _extended(report, previous=(previous | None, Field(None, description="With compare.")))


def _change_model(of: type[BaseModel], figures: dict[str, FieldInfo]) -> type[ApiModel]:
    """Return the model of how much counts and amounts have grown."""
    changes: Fields = {}
    for name, field in figures.items():
        inside = next((each for each in _options(field) if _is_model(each)), None)
        default = ... if field.is_required() else None
        if inside is not None:
            grown = {
                each: told
                for each, told in inside.model_fields.items()
                if grows(figure_inside(name, each, inside.model_fields))
            }
            if grown:
                changes[name] = (_change_model(inside, grown) | None, None)
        elif grows(name):
            is_by_model = any(getattr(each, "__origin__", None) is dict for each in _options(field))
            shape: Any = dict[Model, Ratio | None] if is_by_model else Ratio | None
            changes[name] = (shape, default)
    return _model(
        f"{of.__name__}Change",
        "How much more there is than in the other range, over what was there; null from nothing.",
        changes,
    )


def _options(field: FieldInfo) -> tuple[Any, ...]:
    """Return what a field can hold, be it one thing or several."""
    return (field.annotation, *get_args(field.annotation))


def _is_model(annotation: Any) -> bool:  # noqa: ANN401 - a type
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _told(field: FieldInfo) -> Any:  # noqa: ANN401 - a type
    """Return the type of a field with its bounds."""
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def _like(field: FieldInfo) -> Any:  # noqa: ANN401 - what a field is declared with
    """Return the declaration of a field without its type."""
    default: Any = ... if field.is_required() else None
    return Field(default, description=field.description)


def _model(name: str, doc: str, fields: Fields) -> type[ApiModel]:
    return create_model(name, __base__=ApiModel, __doc__=doc, **fields)


def _extended[R: ApiModel](model: type[R], **fields: Any) -> type[R]:  # noqa: ANN401 - declarations
    """Return a model of the same name with more fields."""
    return create_model(
        model.__name__, __base__=model, __doc__=model.__doc__, __module__=model.__module__, **fields
    )
