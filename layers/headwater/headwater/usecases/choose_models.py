"""Choose models: what an owner sees and changes of his account's attribution models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.attribution.documents import changes_document, model_document
from headwater.usecases.change_settings import save_changed

if TYPE_CHECKING:
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.change_settings import SettingPorts
    from headwater.usecases.ports import Accounts


def read_models(account: str, *, accounts: Accounts) -> dict[str, Any]:
    """Return the models that the account's next run credits by, as plain JSON values."""
    return _document(accounts.settings(account))


def save_models(
    account: str,
    document: Any,  # noqa: ANN401 - any JSON value
    *,
    ports: SettingPorts,
) -> dict[str, Any]:
    """Replace what the account changed of the models, and start the run that follows it.

    Nothing is imported again; reports stay those of the last run until the new one is complete.

    Args:
        account: the account.
        document: name → parameters; None returns to the defaults.
        ports: the outside world.

    Returns:
        The models as they stand now, with ``run_started``.

    Raises:
        InvalidModelsError: naming each bad model and parameter; nothing is changed.
        RetriableError: something was not done; the same call may be repeated.
    """
    settings = ports.accounts.settings(account)
    changed = settings.with_models({} if document is None else document)
    save_changed(account, settings, changed, ports=ports)
    ports.pipeline.pull(account)
    return {**_document(changed), "run_started": True}


def _document(settings: AccountSettings) -> dict[str, Any]:
    """Return all models with all their parameters, and what of it is the account's own."""
    return {
        "models": {model.name: model_document(model) for model in settings.model_definitions},
        "changed": changes_document(settings.model_definitions, settings.default_models),
    }
