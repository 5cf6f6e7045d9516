"""Policy documents of AWS, Google Cloud and Azure -> statements."""
