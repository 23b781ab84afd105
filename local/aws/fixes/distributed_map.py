"""A Distributed Map batches its items and writes its results to S3.

Symptom: ministack ignores `ItemBatcher` (every child gets one item) and `ResultWriter` (results
stay in the state's output), and reads a JSONata `Items`, `ItemSelector` or `Output` as JSONPath.

Remedy: prepare the items here, run ministack's own map over them, and write and shape the result
here. Not covered: the `...Path` variants of the batch limits.
"""

import copy
import json
import uuid
from http import HTTPStatus

from ministack.services import s3
from ministack.services import stepfunctions as sfn

# Fields that are dealt with here; ministack's map runs without them.
_INPUT_FIELDS = frozenset(
    {"ItemReader", "Items", "ItemsPath", "ItemSelector", "Parameters", "ItemBatcher"}
)
_OUTPUT_FIELDS = frozenset({"ResultWriter", "ResultSelector", "ResultPath", "OutputPath", "Output"})


def apply() -> None:
    """Prepare items before, and write results after, ministack's Distributed Map."""
    original = sfn._run_distributed_map

    def run(state, raw_input, effective, iterator, execution, context):
        items = _batched(state, _selected(state, raw_input, effective, context), effective, context)
        plain = _without_handled_fields(state, raw_input, context)
        target = _argument_values(state.get("ResultWriter"), raw_input, effective, context)
        try:
            result, following = original(plain, raw_input, items, iterator, execution, context)
        except sfn._ExecutionError:
            # The results that led to the failure are written all the same.
            if target:
                _write_results(target, _map_run_arn(execution, plain["Label"]))
            raise
        if target:
            result = _write_results(target, _map_run_arn(execution, plain["Label"]))
        return _shaped(state, raw_input, result, context), following

    sfn._run_distributed_map = run


def _is_jsonata(state, context):
    return sfn._state_query_language(state, context) == "JSONata"


def _without_handled_fields(state, raw_input, context):
    plain = {k: v for k, v in state.items() if k not in _INPUT_FIELDS | _OUTPUT_FIELDS}
    plain.setdefault("Label", str(uuid.uuid4()))
    if _is_jsonata(state, context) and "MaxConcurrency" in state:
        concurrency = sfn._jsonata_state_field(
            state, "MaxConcurrency", "number", raw_input, context
        )
        plain["MaxConcurrency"] = concurrency
    return plain


def _argument_values(holder, raw_input, effective, context):
    """Evaluate the arguments of an `ItemReader` or a `ResultWriter`, if there is one."""
    if not holder:
        return {}
    if "Arguments" in holder:
        return sfn._apply_jsonata_template(holder["Arguments"], raw_input, context)
    return sfn._resolve_params_obj(holder.get("Parameters") or {}, effective, context)


def _selected(state, raw_input, effective, context):
    """Read the map's items and apply its `ItemSelector` to each."""
    jsonata = _is_jsonata(state, context)
    reader = state.get("ItemReader")
    if reader:
        source = _argument_values(reader, raw_input, effective, context)
        items = sfn._read_map_items({**reader, "Parameters": source}, effective, context)
    elif jsonata and "Items" in state:
        items = sfn._jsonata_state_field(state, "Items", "array", raw_input, context)
    else:
        items = sfn._resolve_path_or_ctx(state.get("ItemsPath", "$"), effective, context)
    if not isinstance(items, list):
        items = [items]
    selector = state.get("ItemSelector") or state.get("Parameters")
    if not selector:
        return items

    def select(index, item):
        at_item = copy.deepcopy(context)
        at_item["Map"] = {"Item": {"Index": index, "Value": item}}
        if jsonata:
            return sfn._apply_jsonata_template(selector, raw_input, at_item)
        return sfn._resolve_params_obj(selector, effective, at_item)

    return [select(index, item) for index, item in enumerate(items)]


def _batched(state, items, effective, context):
    batcher = state.get("ItemBatcher")
    if not batcher:
        return items
    shared = {}
    if batcher.get("BatchInput"):
        shared["BatchInput"] = sfn._resolve_params_obj(batcher["BatchInput"], effective, context)
    most_items = int(batcher.get("MaxItemsPerBatch") or len(items) or 1)
    # 256 KiB is the most that Step Functions hands to one child.
    most_bytes = int(batcher.get("MaxInputBytesPerBatch") or 262_144)
    batches, size = [], 0
    for item in items:
        bytes_of_item = len(json.dumps(item, separators=(",", ":")).encode())
        full = not batches or len(batches[-1]) == most_items or size + bytes_of_item > most_bytes
        if full:
            batches.append([])
            size = 0
        batches[-1].append(item)
        size += bytes_of_item
    return [{**shared, "Items": batch} for batch in batches]


def _write_results(target, map_run_arn):
    """Write the children's results and the manifest as the service does.

    Returns:
        The state's result: where the manifest is.
    """
    bucket = target["Bucket"]
    prefix = "/".join(filter(None, [target.get("Prefix", "").strip("/"), str(uuid.uuid4())]))
    children = [c for c in sfn._executions.values() if c.get("mapRunArn") == map_run_arn]
    files = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for status in ("FAILED", "SUCCEEDED"):
        rows = [_result_row(child) for child in children if child["status"] == status]
        if rows:
            key = f"{prefix}/{status}_0.json"
            files[status].append({"Key": key, "Size": _put(bucket, key, rows)})
    manifest = f"{prefix}/manifest.json"
    content = {"DestinationBucket": bucket, "MapRunArn": map_run_arn, "ResultFiles": files}
    _put(bucket, manifest, content)
    return {
        "MapRunArn": map_run_arn,
        "ResultWriterDetails": {"Bucket": bucket, "Key": manifest},
    }


def _map_run_arn(execution, label):
    """Return the newest run of this map: a retried state has several."""
    runs = [
        run["mapRunArn"]
        for run in sfn._map_runs.values()
        if run["executionArn"] == execution["executionArn"]
        and run["_stateMachineArn"].endswith(f"/{label}")
    ]
    return runs[-1]


def _result_row(child):
    names = {
        "executionArn": "ExecutionArn",
        "input": "Input",
        "inputDetails": "InputDetails",
        "name": "Name",
        "output": "Output",
        "outputDetails": "OutputDetails",
        "error": "Error",
        "cause": "Cause",
        "startDate": "StartDate",
        "stateMachineArn": "StateMachineArn",
        "status": "Status",
        "stopDate": "StopDate",
    }
    return {name: child[key] for key, name in names.items() if child.get(key) is not None}


def _put(bucket, key, content):
    body = json.dumps(content).encode()
    answer = s3._put_object(bucket, key, body, {})
    if answer[0] != HTTPStatus.OK:
        error, cause = "States.ResultWriterFailed", f"s3://{bucket}/{key}: {answer[2]!r}"
        raise sfn._ExecutionError(error, cause)
    return len(body)


def _shaped(state, raw_input, result, context):
    """Turn the map's result into the state's output."""
    if _is_jsonata(state, context):
        output = sfn._apply_jsonata_output(state, raw_input, context, result=result, default=result)
        sfn._apply_state_assign(state, raw_input, context, result=result)
        return output
    selected = sfn._apply_result_selector(state, result)
    output = sfn._apply_result_path(state, raw_input, selected)
    return sfn._apply_output_path(state, output, context)
