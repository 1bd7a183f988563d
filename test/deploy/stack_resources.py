"""Prints the resources of a stack as JSON: type and physical id by logical id. stack_resources.py STACK."""

import json
import sys

import boto3

pages = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=sys.argv[1])
found = [summary for page in pages for summary in page["StackResourceSummaries"]]
print(json.dumps({each["LogicalResourceId"]: f'{each["ResourceType"]} {each["PhysicalResourceId"]}' for each in found}))
