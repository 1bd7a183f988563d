"""Creates a stack from a template file, without CDK: create_stack.py BUCKET STACK FILE.

The template is uploaded to the bucket, because it is too large for a request. Returns when the stack is complete.
"""

import sys

import boto3

bucket, stack, file = sys.argv[1:]
boto3.client("s3").upload_file(file, bucket, "template.json")
cloudformation = boto3.client("cloudformation")
cloudformation.create_stack(
    StackName=stack,
    TemplateURL=f"https://s3.us-east-1.amazonaws.com/{bucket}/template.json",
    Capabilities=["CAPABILITY_IAM"],
)
cloudformation.get_waiter("stack_create_complete").wait(
    StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
)
