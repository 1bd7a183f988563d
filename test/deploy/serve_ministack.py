"""Runs MiniStack with additions that version 1.5.33 needs to deploy this stack from the unchanged template.

Each addition only reproduces the behaviour of AWS.
"""

import copy
import json
import os
from urllib.parse import urlsplit

from ministack import app
from ministack.services import apigateway
from ministack.services.cloudformation import provisioners

resource_types = provisioners._RESOURCE_HANDLERS


def create_route_response(logical_id, props, stack_name):
    """Creates a route response, for which MiniStack has an API but no resource type."""
    api_id, route_id = props["ApiId"], props["RouteId"].rsplit("/", 1)[-1]
    wanted = {"routeResponseKey": props["RouteResponseKey"]}
    status, _, body = apigateway._create_route_response(api_id, route_id, wanted)
    if status != 201:
        raise ValueError(body)
    response_id = json.loads(body)["routeResponseId"]
    return f"{api_id}/{route_id}/{response_id}", {"RouteResponseId": response_id}


def delete_route_response(physical_id, props):
    apigateway._delete_route_response(*physical_id.split("/"))


resource_types["AWS::ApiGatewayV2::RouteResponse"] = {
    "create": create_route_response,
    "delete": delete_route_response,
}


def with_reachable_callback(deploy):
    """Gives functions MiniStack's address for @connections, because the host name in the template cannot be resolved."""

    def deploy_function(*args, **options):
        return deploy(*map(with_address, args), **options)

    return deploy_function


def with_address(properties):
    """Returns a copy, because MiniStack compares the original properties with those of the next update."""
    if not isinstance(properties, dict):
        return properties
    properties = copy.deepcopy(properties)
    variables = properties.get("Environment", {}).get("Variables", {})
    if "CALLBACK_URL" in variables:
        callback = urlsplit(variables["CALLBACK_URL"])
        api = callback.hostname.split(".")[0]
        port = os.environ["GATEWAY_PORT"]
        variables["CALLBACK_URL"] = f"http://127.0.0.1:{port}/_aws/execute-api/{api}{callback.path}"
    return properties


functions = resource_types["AWS::Lambda::Function"]
for operation in ("create", "update"):
    functions[operation] = with_reachable_callback(functions[operation])


alarm_record = provisioners._cw_metric_alarm_record


def record_of_any_alarm(name, props):
    """Allows alarms on expressions, which MiniStack rejects. They can be created, updated and deleted, but never have data."""
    if "Metrics" in props:
        others = {key: value for key, value in props.items() if key != "Metrics"}
        props = {**others, "MetricName": "(expression)", "Namespace": "(expression)"}
    return alarm_record(name, props)


provisioners._cw_metric_alarm_record = record_of_any_alarm


pin_request_origin = app.pin_request_origin


def pin_secure_origin(source_ip, secure_transport):
    """Treats requests on loopback as requests over TLS, because the bootstrapped bucket denies requests without TLS."""
    pin_request_origin(source_ip, True)


app.pin_request_origin = pin_secure_origin

if __name__ == "__main__":
    app.main()
