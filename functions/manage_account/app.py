"""Shows and changes an account's settings, keys and sessions, and shows who changed what."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.runtime.api.application import Application
from headwater.runtime.api.routes_attribution import attribution_routes
from headwater.runtime.api.routes_audit import audit_routes
from headwater.runtime.api.routes_cleaning import cleaning_routes
from headwater.runtime.api.routes_deliveries import delivery_routes
from headwater.runtime.api.routes_keys import key_routes
from headwater.runtime.api.routes_plain_settings import plain_setting_routes
from headwater.runtime.api.routes_restate import restate_routes
from headwater.runtime.api.routes_sessions import session_routes
from headwater.runtime.api.routes_setting_history import setting_history_routes
from headwater.runtime.api.routes_settings import setting_routes
from headwater.runtime.observability import observed
from headwater.usecases.choose_models import read_models, save_models
from headwater.usecases.clean_names import read_cleaning, save_cleaning
from headwater.usecases.keep_audit import read_audit
from headwater.usecases.manage_account import (
    list_settings,
    read_setting,
    read_subscription_rules,
    save_setting,
    save_subscription_rules,
)
from headwater.usecases.manage_deliveries import share_view
from headwater.usecases.manage_keys import make_key
from headwater.usecases.manage_sessions import invite
from headwater.usecases.restate_effects import restate_effects

application = Application(
    setting_routes(read_subscription_rules, save_subscription_rules),
    attribution_routes(read_models, save_models),
    cleaning_routes(read_cleaning, save_cleaning),
    restate_routes(restate_effects),
    plain_setting_routes(read_setting, save_setting),
    setting_history_routes(list_settings),
    audit_routes(read_audit),
    delivery_routes(share_view),
    key_routes(make_key),
    session_routes(invite),
)


@observed
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an owner."""
    return application.answer(event, context)
