"""Prints the resources of the account as JSON: by kind and name, with a version that changes when the resource changes."""

import json

import boto3


def client(service):
    return boto3.client(service)


def inventory():
    dynamodb = client("dynamodb")
    for name in dynamodb.list_tables()["TableNames"]:
        table = dynamodb.describe_table(TableName=name)["Table"]
        yield "table", name, table["CreationDateTime"]
    functions = client("lambda")
    for function in functions.list_functions()["Functions"]:
        yield "function", function["FunctionName"], function["LastModified"]
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        yield "event source mapping", mapping["UUID"], mapping["LastModified"]
    sqs = client("sqs")
    for url in sqs.list_queues().get("QueueUrls", []):
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["LastModifiedTimestamp"])
        yield "queue", url.rsplit("/", 1)[-1], attributes["Attributes"]["LastModifiedTimestamp"]
    events = client("events")
    for bus in events.list_event_buses()["EventBuses"]:
        yield "event bus", bus["Name"], bus["Arn"]
        for rule in events.list_rules(EventBusName=bus["Name"])["Rules"]:
            yield "rule", rule["Name"], rule["EventPattern"]
    for schedule in client("scheduler").list_schedules()["Schedules"]:
        yield "schedule", schedule["Name"], schedule["LastModificationDate"]
    for api in client("apigatewayv2").get_apis()["Items"]:
        yield "API", f"{api['Name']} ({api['ProtocolType']})", api["ApiId"]
    for group in client("logs").describe_log_groups()["logGroups"]:
        yield "log group", group["logGroupName"], group["creationTime"]
    cloudwatch = client("cloudwatch")
    for alarm in cloudwatch.describe_alarms()["MetricAlarms"]:
        yield "alarm", alarm["AlarmName"], alarm["AlarmConfigurationUpdatedTimestamp"]
    for dashboard in cloudwatch.list_dashboards().get("DashboardEntries", []):
        yield "dashboard", dashboard["DashboardName"], dashboard["LastModified"]
    for role in client("iam").list_roles()["Roles"]:
        yield "role", role["RoleName"], role["RoleId"]
    for bucket in client("s3").list_buckets()["Buckets"]:
        yield "bucket", bucket["Name"], bucket["CreationDate"]
    for pool in client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]:
        yield "user pool", pool["Name"], pool["LastModifiedDate"]
    for stack in client("cloudformation").describe_stacks()["Stacks"]:
        yield "stack", stack["StackName"], stack.get("LastUpdatedTime", stack["CreationTime"])


print(json.dumps({f"{kind} {name}": str(version) for kind, name, version in inventory()}))
