"""What scripts/check_s3.py shows of a lake in an S3 bucket: a server to put it in, and a file a part."""
