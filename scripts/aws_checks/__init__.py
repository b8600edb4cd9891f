"""What scripts/check_aws.py shows of Amazon's services: a server of them, and a file a part."""
